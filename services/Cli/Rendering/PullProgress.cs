using System.Globalization;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Rendering;

/// <summary>Says how far each file of a pull has come: a line that grows in a terminal, a line for each whole file elsewhere.</summary>
internal sealed class PullProgress(CliEnvironment env, bool silent)
{
    private string? _path;
    private long _bytes;
    private int _percent;

    public void OnBytes(HubFile file, long bytes)
    {
        if (_path != file.Path) (_path, _bytes, _percent) = (file.Path, 0, -1);
        _bytes += bytes;
        int percent = file.Size == 0 ? 100 : (int)(100 * _bytes / file.Size);
        if (silent || percent == _percent) return;
        _percent = percent;
        string line = string.Create(CultureInfo.InvariantCulture, $"{SafeText.Clean(file.Path)}: {Numbers.Bytes(file.Size)} {percent,3}%");
        if (env.ErrorIsTerminal) env.Error.Write("\r" + line + (percent == 100 ? "\n" : ""));
        else if (percent == 100) env.Error.WriteLine(line);
    }
}
