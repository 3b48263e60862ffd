using System.Globalization;
using Nrst.Connecting.Rungs;

namespace Nrst.Connecting;

/// <summary>Which ways to connect are worth trying, after what was seen. All of it stands here.</summary>
internal sealed class RungChoice(ConnectOptions options, double? volts)
{
    // Below this an STM32 does not run, whatever the wiring.
    private const double LowestSupply = 1.4;

    // Attaching in vain for less than this is not worth remembering another way for.
    private const double CostsNothing = 0.25;

    private bool _silent;
    private bool _heldInReset;
    private bool _resetWorksNot;

    /// <summary>From the gentlest to the last.</summary>
    public static IReadOnlyList<ConnectRung> All { get; } =
    [
        new AttachRung(), new NormalRung(), new CoreResetRung(), new UnderResetRung(slowly: true), new UnderResetRung(slowly: false), new PulseRung(),
        new PowerCycleRung(), new AccessPortRung(),
    ];

    /// <summary>In the order to try them: one that worked the last time goes ahead of those that did not.</summary>
    public static IReadOnlyList<ConnectRung> Order(ConnectMode mode, RememberedRung? last) => mode switch
    {
        ConnectMode.HotPlug => [new AttachRung()],
        ConnectMode.Normal => [new NormalRung()],
        ConnectMode.CoreReset => [new CoreResetRung()],
        ConnectMode.UnderReset => [new UnderResetRung(slowly: false)],
        ConnectMode.Pulse => [new PulseRung()],
        ConnectMode.PowerCycle => [new PowerCycleRung()],
        _ when last is not null && All.FirstOrDefault(rung => rung.Name == last.Rung) is { } worked =>
        [
            .. All.Take(last.AttachSeconds < CostsNothing ? 1 : 0),
            .. All.Where((rung, i) => rung == worked && (i > 0 || last.AttachSeconds >= CostsNothing)),
            .. All.Where((rung, i) => rung != worked && (i > 0 || last.AttachSeconds >= CostsNothing)),
        ],
        _ => All,
    };

    /// <summary>Null where the way is worth trying, else why it is not.</summary>
    public string? WhyNot(ConnectRung rung)
    {
        if (options.Mode is not ConnectMode.Auto)
        {
            return null; // it was asked for
        }

        return rung switch
        {
            PowerCycleRung => options.Interactive ? null : "nobody is here to switch the board off and on",
            _ when _heldInReset => "something holds the chip in reset",
            { NeedsAnAnswer: true } when _silent => "the chip does not answer while its program runs",
            { PullsReset: true } when _resetWorksNot => "pulling NRST does not reset the chip",
            UnderResetRung { Name: "under-reset-slow" } => null, // where only the supply cannot be measured, this one works
            { PullsReset: true } when _silent && volts < LowestSupply =>
                string.Create(CultureInfo.InvariantCulture, $"the board has no supply ({volts:0.00} V)"),
            _ => null,
        };
    }

    /// <summary>Learns from a way that failed.</summary>
    public void Saw(ConnectRung rung, NrstException failure)
    {
        _silent |= rung is AttachRung && failure.Code == "NRST3001";
        _heldInReset |= rung is AttachRung && failure.Code == "NRST3102"; // a stuck bus looks the same after a reset of ours
        _resetWorksNot |= rung.PullsReset && failure is { Code: "NRST3101", InnerException: null }; // it answered all the while, and was not reset
    }

    /// <summary>Whether slow wires could be to blame.</summary>
    public bool SuspectsTheWire(NrstException failure) =>
        failure.Code is "NRST3002" or "NRST3003" || (failure.Code == "NRST3001" && !(volts < LowestSupply));

    /// <summary>The chip was reached and said who it is: it is not the one that was asked for, or one that nrst does nothing with.</summary>
    public bool IsTheAnswer(NrstException failure) => failure switch
    {
        UnknownChipException unknown => unknown.SaysWhoItIs,
        { Code: "NRST3322" or "NRST3323" or "NRST3324" } => true,
        { Code: "NRST3301" } => options.Chip is not null,
        _ => false,
    };
}
