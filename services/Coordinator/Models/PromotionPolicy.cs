namespace BatchInfer.Coordinator.Models;

/// <summary>What becomes of a revision that workers announce under a name that stands for another one.</summary>
internal enum PromotionPolicy
{
    /// <summary>It waits until somebody promotes it.</summary>
    Manual,

    /// <summary>The name stands for it at once.</summary>
    Newest,
}
