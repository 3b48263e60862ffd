namespace Nrst.Probes.StLink;

/// <summary>The 16 bytes that ask an ST-LINK for something.</summary>
internal interface IStLinkRequest
{
    /// <param name="packet">The 16-byte request, zeroed.</param>
    void Encode(Span<byte> packet);
}

/// <summary>One request of the ST-LINK protocol and the answer it brings.</summary>
internal interface IStLinkCommand<TAnswer> : IStLinkRequest
{
    /// <summary>In bytes; 0 where the probe says nothing.</summary>
    int AnswerLength { get; }

    /// <param name="answer">Exactly <see cref="AnswerLength"/> bytes.</param>
    TAnswer Decode(ReadOnlySpan<byte> answer);
}

/// <summary>An answer that says how it went.</summary>
internal interface IStLinkAnswer
{
    StLinkStatus Status { get; }
}

/// <summary>A status, and the one word that may come with it.</summary>
internal readonly record struct Reply(StLinkStatus Status, uint Value = 0) : IStLinkAnswer;

/// <summary>The answer of a command that has none.</summary>
internal readonly record struct Silence;
