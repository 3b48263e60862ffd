namespace Nrst.Connecting.Rungs;

/// <summary>
/// Pulls NRST for a moment and races the program to the debug port: for chips whose debug logic is dead while NRST is low, and for
/// programs that need a moment to switch it off.
/// </summary>
internal sealed class PulseRung : ConnectRung
{
    private const int Tries = 5;

    // Longer than any STM32 needs, and long enough to empty the 100 nF that boards put on the pin.
    private static readonly TimeSpan PinLow = TimeSpan.FromMilliseconds(5);

    public override string Name => "pulse";

    public override bool PullsReset => true;

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(tools.Wish);
        for (var tried = 1; ; tried++)
        {
            try
            {
                tools.Probe.Reset.Assert();
                tools.Probe.Clock.Wait(PinLow);
                return tools.Catch(); // attaching is what lets the pin go
            }
            catch (TargetException) when (tried < Tries && tools.Left > TimeSpan.Zero)
            {
                tools.LetGo();
            }
        }
    }
}
