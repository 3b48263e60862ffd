namespace Nrst.Flash;

/// <summary>What a job has to know of the flash behind a target, and the way to it.</summary>
internal interface IFlashRoute
{
    FlashGrain Grain { get; }

    /// <summary>Bytes of one programming access.</summary>
    int Access { get; }

    /// <summary>The stretches that are erased and programmed at the same time.</summary>
    IReadOnlyList<AddressRange> Lanes { get; }

    bool CanEraseAll { get; }

    /// <summary>To be told before the flash is changed; null where there is nothing.</summary>
    string? Notice { get; }

    /// <summary>The times are those of this chip at its supply; false where they are the slowest it could need.</summary>
    bool KnowsTimes { get; }

    /// <summary>Control and status of the flash as they are now, for evidence; none where nobody can look.</summary>
    IReadOnlyList<string> ShowRegisters();

    OperationTime TimeOfErase(FlashSector sector);
    OperationTime TimeOfEraseAll();
    OperationTime TimeOfProgram(int accesses);

    /// <summary>What is forbidden, as far as this way lets anybody see it.</summary>
    FlashProtection ReadProtection();

    /// <param name="telling">A word of the flash that will be asked for first; null where nobody knows.</param>
    IFlashPath OpenPath(Address? telling);

    /// <summary>What an earlier job left behind and opening the flash clears; null where there is nothing.</summary>
    JobEvent.Repaired? Leftover();

    /// <summary>Done once after the last change.</summary>
    void AfterChange();
}

/// <summary>Over a debug probe: the flash controller is driven from here, or by a loader in target RAM.</summary>
internal sealed class DebugRoute(FlashTarget target) : IFlashRoute
{
    private readonly FlashController _flash = Controller(target, new ReadAhead(target.Memory, target.Words));

    public FlashGrain Grain => _flash.Grain;
    public int Access => _flash.Access;
    public IReadOnlyList<AddressRange> Lanes => _flash.Lanes;
    public bool CanEraseAll => _flash.CanEraseAll;
    public string? Notice => _flash.Notice;
    public bool KnowsTimes => true;

    public IReadOnlyList<string> ShowRegisters() => _flash.ShowRegisters();

    public OperationTime TimeOfErase(FlashSector sector) => _flash.TimeOfErase(sector);

    public OperationTime TimeOfEraseAll() => _flash.TimeOfEraseAll();

    public OperationTime TimeOfProgram(int accesses) => _flash.TimeOfProgram(accesses);

    public FlashProtection ReadProtection() => target.Beginning?.Protection ?? WordsAtOnce.Read(
        target.Memory, target.Words, memory => FlashProtection.ReadFrom(memory, target.Device, target.Layout));

    public JobEvent.Repaired? Leftover() => _flash.Leftover();

    public void AfterChange() => _flash.AfterChange();

    private static FlashController Controller(FlashTarget target, ReadAhead ahead) => FlashFamilies.Of(target.Device).Open(
        new FlashChip(ahead, ahead, target.Clock, target.Device, target.Layout, target.Volts));

    public IFlashPath OpenPath(Address? telling)
    {
        if (target.WithoutLoader || _flash.Loader is null)
        {
            return new RegisterPath(target, _flash);
        }

        try
        {
            return new LoaderPath(target, _flash, telling);
        }
        catch (TargetException reason)
        {
            target.Listener?.Invoke(new JobEvent.Noticed($"{reason.Message} The flash is driven register by register instead, which is slow."));
            return new RegisterPath(target, _flash);
        }
    }
}
