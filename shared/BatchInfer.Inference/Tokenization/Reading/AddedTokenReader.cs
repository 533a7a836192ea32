namespace BatchInfer.Inference;

/// <summary>Reads <c>added_tokens</c>.</summary>
internal static class AddedTokenReader
{
    public static List<AddedToken> Read(JsonComponent list)
    {
        var tokens = new List<AddedToken>();
        foreach (var entry in list.Items())
        {
            string content = entry.RequiredText("content");
            int id = entry.Required("id").AsWhole(0, ModelReader.MaxTokenId);
            if (content.Length == 0) continue;
            bool special = entry.Flag("special") ?? false;
            tokens.Add(new AddedToken(
                id, content, entry.Flag("single_word") ?? false, entry.Flag("lstrip") ?? false, entry.Flag("rstrip") ?? false,
                entry.Flag("normalized") ?? !special, special));
        }

        return tokens;
    }
}
