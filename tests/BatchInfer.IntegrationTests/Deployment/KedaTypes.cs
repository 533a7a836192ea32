using System.Text.Json.Serialization;

namespace BatchInfer.IntegrationTests.Deployment;

// What KEDA's resources may have, as far as ours use it: reading them strictly finds a misspelt field.
internal sealed class ScaledObject : k8s.IKubernetesObject<k8s.Models.V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; } = "";
    [JsonPropertyName("kind")] public string Kind { get; set; } = "";
    [JsonPropertyName("metadata")] public k8s.Models.V1ObjectMeta Metadata { get; set; } = new();
    [JsonPropertyName("spec")] public ScaledObjectSpec Spec { get; set; } = new();
}

internal sealed class ScaledObjectSpec
{
    [JsonPropertyName("scaleTargetRef")] public ScaledName ScaleTargetRef { get; set; } = new();
    [JsonPropertyName("minReplicaCount")] public int MinReplicaCount { get; set; }
    [JsonPropertyName("maxReplicaCount")] public int MaxReplicaCount { get; set; }
    [JsonPropertyName("pollingInterval")] public int PollingInterval { get; set; }
    [JsonPropertyName("initialCooldownPeriod")] public int InitialCooldownPeriod { get; set; }
    [JsonPropertyName("cooldownPeriod")] public int CooldownPeriod { get; set; }
    [JsonPropertyName("advanced")] public ScaledAdvanced? Advanced { get; set; }
    [JsonPropertyName("triggers")] public List<ScaledTrigger> Triggers { get; set; } = [];
}

internal sealed class ScaledName
{
    [JsonPropertyName("name")] public string Name { get; set; } = "";
}

internal sealed class ScaledAdvanced
{
    [JsonPropertyName("horizontalPodAutoscalerConfig")] public ScaledAutoscaler HorizontalPodAutoscalerConfig { get; set; } = new();
}

internal sealed class ScaledAutoscaler
{
    [JsonPropertyName("behavior")] public k8s.Models.V2HorizontalPodAutoscalerBehavior Behavior { get; set; } = new();
}

internal sealed class ScaledTrigger
{
    [JsonPropertyName("type")] public string Type { get; set; } = "";
    [JsonPropertyName("metadata")] public Dictionary<string, string> Metadata { get; set; } = [];
}
