using Nrst.Diagnosis.Causes;

namespace Nrst.Diagnosis;

/// <summary>Every cause that nrst knows. Between causes it is equally sure of, the order here decides: what hides others comes first.</summary>
internal static class CauseList
{
    public static IReadOnlyList<Cause> All { get; } =
    [
        new NoSupply(),
        new SenseWireMissing(),
        new SupplyLow(),
        new SupplyHigh(),
        new ResetDrivenHigh(),
        new ResetHeldLow(),
        new ResetPinIsGpio(),
        new ResetUnwired(),
        new ResetSlow(),
        new WireContention(),
        new WireTooFast(),
        new NotAnStm32(),
        new ReadProtected(),
        new TrustZoneClosed(),
        new BrownOut(),
        new FlashEndsEarlier(),
        new RamIsWritten(),
        new WatchdogRuns(),
        new AnalogSupplyMissing(),
        new SupplyIntegrity(),
        new CoreBootOff(),
        new ProductStateClosed(),
        new BusHangs(),
        new DebugSwitchedOff(),
        new DebugPinsTaken(),
        new ProgramSleeps(),
        new SizeUnreadable(),
        new ChipIsCopy(),
        new RegressionUnfinished(),
        new AreaProtected(),
        new SectorsWriteProtected(),
        new FlashSuspended(),
        new FlashIgnores(),
        new FlashNeverReady(),
        new WordUnreadable(),
        new EraseInterrupted(),
        new BanksSwapped(),
        new EmptyCheckStale(),
        new DebugStateLeft(),
        new ProgramWritesFlash(),
        new LockedUp(),
        new ErrorsLeft(),
        new WireBroken(),
        new CoreSupplyWrong(),
        new ClosedForGood(),
        new PowerDownReset(),
        new ProbeIsCopy(),
        new DebugBitsLeft(),
    ];
}
