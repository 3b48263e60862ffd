namespace Nrst.Connecting.Rungs;

/// <summary>
/// Asks over and over while somebody switches the board off and on, and catches the core in the first milliseconds: for chips that cannot be
/// reached once their program runs, on boards without NRST.
/// </summary>
internal sealed class PowerCycleRung : ConnectRung
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(1);

    public override string Name => "power-cycle";

    public override Contact Climb(RungTools tools)
    {
        tools.Options.Listener?.Invoke(new JobEvent.Noticed(
            $"Switch the board off and on now: the chip is caught as it starts. Waiting for it another {Math.Max(0, tools.Left.TotalSeconds):0} s."));
        tools.UseClock(tools.Wish);
        while (true)
        {
            try
            {
                return tools.Catch();
            }
            catch (TargetException) when (tools.Left > TimeSpan.Zero)
            {
                tools.LetGo();
                tools.Probe.Clock.Wait(Between);
            }
        }
    }
}
