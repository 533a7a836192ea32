// Sends the chosen file as the browser reads it, and says how far it is: a file of any size never lies in memory.
export function upload(input, page) {
  const file = input.files[0];
  if (!file) return null;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let told = 0;
    request.upload.onprogress = e => {
      const now = Date.now();
      if (now - told < 200) return;
      told = now;
      page.invokeMethodAsync('Progressed', e.loaded, e.total);
    };
    request.onload = () => request.status === 200 ? resolve(request.responseText) : reject(new Error(detail(request)));
    request.onerror = () => reject(new Error('The upload broke off. Choose the file again.'));
    request.open('POST', 'page/files?name=' + encodeURIComponent(file.name));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('RequestVerificationToken', document.querySelector('meta[name=antiforgery]').content);
    request.send(file);
  });
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail ?? request.statusText;
  } catch {
    return request.statusText || 'The upload was refused.';
  }
}
