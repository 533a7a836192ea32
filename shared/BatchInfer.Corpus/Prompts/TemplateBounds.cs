using System.Globalization;
using Fluid.Ast;

namespace BatchInfer.Corpus;

/// <summary>Puts bounds into a template that was read: what could grow beyond them while it is rendered is replaced by what says so instead.</summary>
internal sealed class TemplateBounds : AstRewriter
{
    // Rendering recurses; a list that is gone through is copied once for each loop that is under way.
    private const int MaxDepth = 200, MaxLoops = 8;
    private int _depth, _loops;

    public override Statement Visit(Statement statement) => Within(() => base.Visit(statement));

    public override Expression Visit(Expression expression) => Within(() => base.Visit(expression));

    protected override Expression VisitRangeExpression(RangeExpression rangeExpression) => new BoundedRange(Visit(rangeExpression.From), Visit(rangeExpression.To));

    // The rewriter leaves what stands in its brackets as it is.
    protected override Expression VisitMemberExpression(MemberExpression memberExpression) => memberExpression.Segments.Any(s => s is IndexerSegment)
        ? new MemberExpression([.. memberExpression.Segments.Select(s => s is IndexerSegment index ? new IndexerSegment(Visit(index.Expression)) : s)])
        : memberExpression;

    protected override Statement VisitForStatement(ForStatement forStatement) => Loop(() => base.VisitForStatement(forStatement));

    protected override Statement VisitTableRowStatement(TableRowStatement tableRowStatement) => Loop(() => base.VisitTableRowStatement(tableRowStatement));

    protected override Statement VisitCaptureStatement(CaptureStatement captureStatement) =>
        new CaptureStatement(captureStatement.Identifier, [new BoundedBlock("capture", [.. captureStatement.Statements.Select(Visit)])]);

    protected override Statement VisitIfChangedStatement(IfChangedStatement ifChangedStatement) =>
        new IfChangedStatement([new BoundedBlock("ifchanged", [.. ifChangedStatement.Statements.Select(Visit)])]);

    private T Within<T>(Func<T> visit)
    {
        if (++_depth > MaxDepth) throw Deep("Tags, filters and brackets", MaxDepth);
        var result = visit();
        _depth--;
        return result;
    }

    private Statement Loop(Func<Statement> visit)
    {
        if (++_loops > MaxLoops) throw Deep("Loops", MaxLoops);
        var result = visit();
        _loops--;
        return result;
    }

    private static PromptFormatException Deep(string what, int limit) =>
        new("template", string.Create(CultureInfo.InvariantCulture, $"The template cannot be used: {what} are nested more than {limit} deep."));
}
