namespace BatchInfer.Contracts;

/// <summary>Request, coordinator → a worker of the revision: how many tokens would the model run for these inputs?</summary>
/// <param name="Revision">Revision of the model.</param>
/// <param name="Task">Task.</param>
/// <param name="Parameters">Effective parameters, as canonical JSON.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Chat">Whether the inputs are chats, which the model's chat template makes prompts of; there may be none, to ask for the template alone.</param>
public sealed record CountTokens(string Revision, string Task, string Parameters, IReadOnlyList<SampledInput> Inputs, bool Chat = false);

/// <summary>An input whose tokens are asked for.</summary>
/// <param name="Text">The text; empty of a chat.</param>
/// <param name="TextPair">The second text of a pair, or null.</param>
/// <param name="Messages">Turns of a chat, or null.</param>
public sealed record SampledInput(string Text, string? TextPair = null, IReadOnlyList<ChatMessage>? Messages = null);

/// <summary>Answer to <see cref="CountTokens"/>.</summary>
/// <param name="Tokens">Tokens of all inputs together, special ones included; of what a model would write none.</param>
/// <param name="Each">Of prompts the tokens of each as it stands, however long it is; null for other inputs, and from a worker of an earlier version.</param>
/// <param name="ChatProblem">Why the model's chat template makes a prompt of none of the chats: a sentence, or null.</param>
/// <param name="ParameterProblem">Why the model cannot be run with the parameters: a sentence, or null.</param>
public sealed record TokensCounted(long Tokens, IReadOnlyList<int>? Each = null, string? ChatProblem = null, string? ParameterProblem = null);
