namespace Nrst;

/// <summary>What worked the last time on one probe and board.</summary>
/// <param name="Board">The chip's unique id.</param>
/// <param name="Rung">The way that worked.</param>
/// <param name="AttachSeconds">How long attaching was tried in vain before it; 0 where it was not tried.</param>
public sealed record RememberedRung(string Probe, string Board, string Rung, double AttachSeconds);

/// <summary>Keeps which way to connect worked. Neither member throws: a memory that fails is one that is empty.</summary>
public interface IConnectMemory
{
    /// <summary>What worked the last time on this probe, whatever board it was; null where nothing is known.</summary>
    RememberedRung? Recall(string probe);

    void Remember(RememberedRung rung);
}
