using System.Numerics;
using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Writes the rows of a batch into the model's inputs, padded on the right to the longest row.</summary>
internal static class InputTensors
{
    public static void Fill<T>(string name, TokenizedWindow window, int start, int rows, int longest, ModelConfig config, Span<T> into)
        where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < rows; i++)
        {
            int row = window.RowAt(start + i), length = window.LengthOf(row);
            var target = into.Slice(i * longest, longest);
            switch (name)
            {
                case "input_ids":
                    TensorPrimitives.ConvertTruncating(window.IdsOf(row), target[..length]);
                    target[length..].Fill(T.CreateTruncating(config.PadTokenId));
                    break;
                case "attention_mask":
                    target[..length].Fill(T.One);
                    target[length..].Clear();
                    break;
                case "position_ids":
                    for (int t = 0; t < length; t++) target[t] = T.CreateTruncating(config.FirstPosition + t);
                    // RoBERTa's padding stands at the position that is the padding's id; elsewhere any position will do.
                    target[length..].Fill(T.CreateTruncating(Math.Max(0, config.FirstPosition - 1)));
                    break;
                default:
                    TensorPrimitives.ConvertTruncating(window.TypeIdsOf(row), target[..length]);
                    target[length..].Clear();
                    break;
            }
        }
    }
}
