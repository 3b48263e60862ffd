namespace Nrst.Bootloaders.Usart;

/// <summary>What a single byte brought back.</summary>
public enum LoaderAnswer
{
    /// <summary>Nothing: nobody is there, or the line is broken.</summary>
    Silence,

    /// <summary>Something that no loader says.</summary>
    Noise,

    /// <summary>NACK: a loader that was in step before.</summary>
    Refused,

    /// <summary>ACK: a loader that has just been reset.</summary>
    Acknowledged,
}

/// <summary>Asks whether a loader is at the end of a line, and nothing else. No command is sent.</summary>
public sealed class UsartScout
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly ISerialLine _line;
    private readonly UsartWire _wire;

    public UsartScout(ISerialLine line, IClock clock, int baud, SerialParity parity)
    {
        ArgumentNullException.ThrowIfNull(line);
        line.Configure(baud, parity);
        (_line, _wire) = (line, new UsartWire(line, clock, baud));
    }

    /// <summary>What came last, as people write bytes.</summary>
    public string Seen { get; private set; } = "";

    /// <summary>Something comes without being asked for, which no loader does.</summary>
    public bool HearsTalk()
    {
        var came = _wire.Listen(Pause);
        Seen = Show(came);
        return came.Length > 0;
    }

    /// <summary>
    /// The byte that a loader measures the speed by, until something comes back. A fresh loader acknowledges it; one that was in step takes the
    /// first for half of a command, and refuses the second.
    /// </summary>
    /// <param name="tries">A tenth of a second each. Parts differ in how long they take to listen.</param>
    public LoaderAnswer Ask(int tries)
    {
        _line.DropInput();
        for (var i = 0; i < tries; i++)
        {
            _line.Send([UsartWire.Sync]);
            var came = _wire.Listen(Pause);
            Seen = Show(came);
            if (came.Length > 0)
            {
                _wire.Drain();
                return came[0] switch { UsartWire.Ack => LoaderAnswer.Acknowledged, UsartWire.Nack => LoaderAnswer.Refused, _ => LoaderAnswer.Noise };
            }
        }

        return LoaderAnswer.Silence;
    }

    /// <summary>The error for a line at which nobody answered in any way.</summary>
    public static TargetException NobodyAnswers(string place, IReadOnlyList<string> seen) => UsartErrors.NoAnswer(place, seen);

    /// <summary>The error for a line at which a program talks.</summary>
    public static TargetException ProgramTalks(string place, string heard) => UsartErrors.ProgramTalks(place, heard);

    private static string Show(byte[] came) => came switch
    {
        [UsartWire.Ack, ..] => "ACK (0x79)",
        [UsartWire.Nack, ..] => "NACK (0x1F)",
        _ => UsartErrors.Show(came.AsSpan(0, Math.Min(came.Length, 16))),
    };
}
