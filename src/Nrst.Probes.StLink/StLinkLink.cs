namespace Nrst.Probes.StLink;

/// <summary>Commands with a verdict: waits while the target is busy, and turns what stays wrong into an exception.</summary>
internal sealed class StLinkLink(StLinkWire wire, IClock clock)
{
    // A word access outlasts the longest erase that can stall the bus: 128 KiB at 8-bit parallelism take 4 s.
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(0.1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    public StLinkWire Wire => wire;

    /// <summary>The access port that memory is reached through.</summary>
    public byte AccessPort { get; set; }

    public Reply Do<TCommand>(in TCommand command, string what, Address? address = null)
        where TCommand : struct, IStLinkCommand<Reply> => Do<TCommand, Reply>(command, what, address);

    public TAnswer Do<TCommand, TAnswer>(in TCommand command, string what, Address? address = null)
        where TCommand : struct, IStLinkCommand<TAnswer> where TAnswer : struct, IStLinkAnswer
    {
        var wait = new Waiting(this);
        while (true)
        {
            var answer = wire.Ask<TCommand, TAnswer>(command);
            if (answer.Status.IsDone())
            {
                return answer;
            }

            wait.OrThrow(answer.Status, what, address);
        }
    }

    /// <summary>A status asked for once, without judging it.</summary>
    public StLinkStatus Try<TCommand>(in TCommand command) where TCommand : struct, IStLinkCommand<Reply> =>
        wire.Ask<TCommand, Reply>(command).Status;

    /// <summary>One spell of a busy target: pauses that double, up to <see cref="Patience"/> in all.</summary>
    internal struct Waiting(StLinkLink link)
    {
        private TimeSpan _pause = FirstPause;
        private TimeSpan? _since;

        /// <summary>Returns when it is worth trying again.</summary>
        public void OrThrow(StLinkStatus status, string what, Address? address)
        {
            if (status.Outcome() != StLinkOutcome.Wait)
            {
                link.ForgetFault();
                throw StLinkErrors.From(status, what, address);
            }

            var now = link.Now;
            _since ??= now;
            if (now - _since >= Patience)
            {
                throw StLinkErrors.Stalled(status, what, now - _since.Value);
            }

            link.Pause(_pause);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    private TimeSpan Now => clock.Now;

    private void Pause(TimeSpan time) => clock.Wait(time);

    /// <summary>A faulted access leaves a sticky flag in the debug port that would fail the next one as well.</summary>
    internal void ForgetFault()
    {
        const byte Abort = 0x00;
        const uint ClearAllSticky = 0x1E;
        if (!wire.IsBroken)
        {
            Try(new WriteDapRegister(new DapRegister(null, Abort), ClearAllSticky));
        }
    }
}
