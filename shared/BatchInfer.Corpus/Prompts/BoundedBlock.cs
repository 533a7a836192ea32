using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;

namespace BatchInfer.Corpus;

/// <summary>The body of a tag that keeps what its body writes.</summary>
/// <param name="tag">The tag's name.</param>
/// <param name="body">Its body.</param>
internal sealed class BoundedBlock(string tag, IReadOnlyList<Statement> body) : Statement
{
    public override async ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        // Not disposed: that would be the end of the tag's own writer.
        var bounded = new BoundedWriter(writer, tag, PromptContext.MaxValue);
        var completion = Completion.Normal;
        foreach (var statement in body)
            if ((completion = await statement.WriteToAsync(bounded, encoder, context)) != Completion.Normal) break;
        ((PromptContext)context).Made(bounded.Written);
        return completion;
    }
}
