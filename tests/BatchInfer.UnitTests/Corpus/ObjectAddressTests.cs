using System.Net;
using BatchInfer.Corpus;

namespace BatchInfer.UnitTests.Corpus;

/// <summary>What is an address, and which may be read.</summary>
public sealed class ObjectAddressTests
{
    [Theory]
    [InlineData("s3://bucket/a b/c%20#1?.jsonl", "bucket", "a b/c%20#1?.jsonl")]
    [InlineData("S3://bucket/a/..b//c.csv", "bucket", "a/..b//c.csv")]
    [InlineData("az://container/blob.txt", "container", "blob.txt")]
    [InlineData("https://Host.Example:443/a/./b.csv?sig=1", "host.example", "/a/b.csv")]
    [InlineData("https://host:8443/b.csv", "host:8443", "/b.csv")]
    public void An_address_has_a_container_and_a_key(string text, string container, string key)
    {
        var address = ObjectAddress.Parse(text);
        Assert.Equal((container, key), (address.Container, address.Key));
        // As it goes to a worker in a message.
        Assert.Equal(address, ObjectAddress.Parse(address.Uri.OriginalString));
    }

    [Theory]
    [InlineData("corpus.jsonl")]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/")]
    [InlineData("s3://bucket/folder/")]
    [InlineData("s3://bucket/../other/key")]
    [InlineData("az://container/a/./key")]
    [InlineData("s3:///key")]
    [InlineData("s3://user:word@bucket/key")]
    [InlineData("https://user:word@host/key")]
    [InlineData("https://host/a/..%2f..%2fb")]
    [InlineData("https://host/a/..%5cb")]
    [InlineData("az://container/a\nb")]
    public void What_is_none_says_why(string text)
    {
        Assert.False(ObjectAddress.TryParse(text, out _, out string? problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/", "s3://bucket/any/key", true)]
    [InlineData("s3://bucket", "s3://bucket/any/key", true)]
    [InlineData("s3://bucket/team/", "s3://bucket/team/key", true)]
    [InlineData("s3://bucket/team/", "s3://bucket/teams/key", false)]
    [InlineData("s3://bucket/key", "s3://bucket/key", true)]
    [InlineData("s3://bucket/key", "s3://bucket/key2", false)]
    [InlineData("s3://bucket/", "s3://bucket2/key", false)]
    [InlineData("s3://bucket/", "az://bucket/key", false)]
    [InlineData("s3://*/", "s3://any/key", true)]
    [InlineData("https://*/", "https://any.host/key", true)]
    [InlineData("https://host/", "https://host.evil.example/key", false)]
    [InlineData("https://host/", "https://host:444/key", false)]
    [InlineData("https://host/a/", "https://host/a/../b", false)]
    [InlineData("https://host/", "http://host/key", false)]
    [InlineData("http://host/", "http://host/key", false)]
    public void Only_what_is_allowed_may_be_read(string allowed, string address, bool may)
    {
        var rules = new AllowedObjects(new ObjectStorageOptions { Allow = { allowed } });
        if (may) rules.Check(ObjectAddress.Parse(address));
        else Assert.Equal(ObjectFault.NotAllowed, Assert.Throws<ObjectStorageException>(() => rules.Check(ObjectAddress.Parse(address))).Fault);
    }

    [Fact]
    public void Nothing_may_be_read_by_default() =>
        Assert.Throws<ObjectStorageException>(() => new AllowedObjects(new ObjectStorageOptions()).Check(ObjectAddress.Parse("s3://bucket/key")));

    [Theory]
    [InlineData("bucket/key")]
    [InlineData("http://host/")]
    [InlineData("https://host/?a=b")]
    [InlineData("s3://")]
    public void A_wrong_setting_stops_the_service(string allowed) => Assert.Single(new ObjectStorageOptions { Allow = { allowed } }.Problems());

    [Theory]
    [InlineData("93.184.215.14", true, true)]
    [InlineData("2606:2800:21f::1", true, true)]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("::ffff:192.168.0.1", false, true)]
    [InlineData("100.64.0.1", false, true)]
    [InlineData("fd00::1", false, true)]
    [InlineData("64:ff9b::a00:1", false, true)]
    [InlineData("2002:a00:1::", false, true)]
    [InlineData("0.0.0.0", false, true)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("fd00:ec2::254", false, false)]
    public void Only_public_hosts_are_reached_and_never_those_with_credentials(string address, bool always, bool whenPrivate)
    {
        Assert.Equal(always, PublicNetworks.MayReach(IPAddress.Parse(address), allowPrivate: false));
        Assert.Equal(whenPrivate, PublicNetworks.MayReach(IPAddress.Parse(address), allowPrivate: true));
    }

    [Fact]
    public void A_signature_is_never_shown()
    {
        var address = ObjectAddress.Parse("https://host/a%20b.csv?signature=secret#part");
        Assert.Equal(("https://host/a%20b.csv", "a b.csv"), (address.Shown, address.FileName));
        Assert.Equal("https://host/a%20b.csv?signature=secret", address.Uri.OriginalString);
    }
}
