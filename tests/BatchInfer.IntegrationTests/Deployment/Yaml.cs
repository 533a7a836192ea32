using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>YAML as plain maps, lists and texts; merge keys are taken in, a key twice is an error.</summary>
internal static class Yaml
{
    public static Dictionary<object, object?> Read(string path)
    {
        using var text = File.OpenText(path);
        return new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<object, object?>>(new MergingParser(new Parser(text)));
    }

    public static Dictionary<object, object?> Map(this Dictionary<object, object?> map, string key) =>
        map.GetValueOrDefault(key) as Dictionary<object, object?> ?? [];

    public static List<string> Texts(this Dictionary<object, object?> map, string key) =>
        map.GetValueOrDefault(key) is List<object?> list ? [.. list.Select(i => (string)i!)] : [];

    public static string? Text(this Dictionary<object, object?> map, string key) => map.GetValueOrDefault(key) as string;
}
