using System.Runtime.InteropServices;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>The key of an input and the bytes of its text: 20 bytes, in memory as on disk.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct SizedKey(Guid Key, int Bytes) : IComparable<SizedKey>
{
    public int CompareTo(SizedKey other) => Key.CompareTo(other.Key);
}
