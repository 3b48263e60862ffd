using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What a controller with one key, one status and one control register says of itself, in the words of its manual.</summary>
internal sealed record ControlTraits<TStatus, TControl>(Register<FlashKey> Keys, Register<TStatus> Status, Register<TControl> Control)
    where TStatus : unmanaged, Enum
    where TControl : unmanaged, Enum
{
    public required TControl Lock { get; init; }

    /// <summary>Selects programming: PG.</summary>
    public required TControl Program { get; init; }

    /// <summary>Starts an erase: STRT.</summary>
    public required TControl Start { get; init; }

    /// <summary>Setting <see cref="Lock"/> leaves the other bits as they are, so they are put out of the way first.</summary>
    public bool LockKeepsTheRest { get; init; }

    /// <summary>Any of them keeps the next operation from being started.</summary>
    public required TStatus Busy { get; init; }

    /// <summary>All that writing a one clears.</summary>
    public required TStatus Clearable { get; init; }

    public required IReadOnlyList<FaultRule<TStatus>> Faults { get; init; }
}

/// <summary>
/// A controller that is driven by one control register with a start bit, and whose last word of a unit starts the programming of it.
/// What the loader does with the same controllers stands in <c>common/control.h</c>.
/// </summary>
internal abstract class ControlFlash<TStatus, TControl>(FlashChip chip, ControlTraits<TStatus, TControl> traits) : FlashController(chip)
    where TStatus : unmanaged, Enum
    where TControl : unmanaged, Enum
{
    protected Address At => Chip.Flash.Controller;

    public sealed override bool IsLocked => Memory.Read(At, traits.Control).HasFlag(traits.Lock);

    protected sealed override bool WriteKeys() =>
        WriteKeys(At, traits.Keys, FlashKey.First, FlashKey.Second, traits.Control, traits.Lock);

    protected sealed override void WriteLock()
    {
        if (!traits.LockKeepsTheRest)
        {
            Memory.Write(At, traits.Control, traits.Lock);
        }
        else if (!IsLocked)
        {
            Chip.Words.Run([At.WriteOf(traits.Control, default), At.WriteOf(traits.Control, traits.Lock)], []);
        }
    }

    protected sealed override string ShowControl() => traits.Control.Show(Memory.Read(At, traits.Control));

    protected override void ForgetErrors() => Memory.Write(At, traits.Status, traits.Clearable);

    /// <summary>Where flags are cleared through a register of their own, and a unit that was begun is dropped by clearing PG.</summary>
    protected void ForgetErrors<TFlags>(Register<TFlags> clear, TFlags flags) where TFlags : unmanaged, Enum =>
        Chip.Words.Run([At.WriteOf(traits.Control, default), At.WriteOf(clear, flags)], []);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode(Memory.Read(At, traits.Status).Word);

    public override FlashStatus Decode(uint status)
    {
        var flags = status.As<TStatus>();
        var busy = (status & traits.Busy.Word) != 0;
        var rule = traits.Faults.First(flags, busy);
        return new FlashStatus(busy, rule?.Fault ?? FlashFault.None, traits.Status.Show(flags), rule?.Cause);
    }

    /// <summary>The control register for erasing one sector, without the start bit.</summary>
    public sealed override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return WordOf(bank, bank.FieldOf(sector)).Word;
    }

    /// <summary>The control register for erasing one sector, without the start bit.</summary>
    /// <param name="bank">The bank of the silicon, wherever it is mapped.</param>
    /// <param name="field">What the page or sector field must hold.</param>
    protected abstract TControl WordOf(FlashBank bank, uint field);

    /// <summary>One word that erases everything at the same time.</summary>
    protected IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> AllAtOnce(TControl word, OperationTime time) =>
        [(word.Word, Chip.Layout.Range, time)];

    /// <summary>How long that takes is not published everywhere. Then only a time below one sector's is too short.</summary>
    protected OperationTime AtLeastOneSector => new(TimeOfErase(Chip.Layout.Sectors.First()).Typical, TimeOfEraseAll().Max);

    protected sealed override void StartErase(uint word)
    {
        Memory.Write(At, traits.Control, word.As<TControl>());
        Memory.Write(At, traits.Control, (word | traits.Start.Word).As<TControl>());
    }

    protected sealed override void StartProgram(Address at) => Memory.Write(At, traits.Control, traits.Program);

    /// <summary>Word by word; the last one starts the operation.</summary>
    protected sealed override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    protected sealed override void Idle() => Memory.Write(At, traits.Control, default);

    /// <summary>
    /// Takes back that the chip is empty, once it is not. The flag is renewed when option bytes are loaded, or at power-up, and not by a
    /// reset, so a chip that was blank would stay in its boot loader.
    /// </summary>
    /// <param name="set">The value of the register that takes it back, made of the present one.</param>
    protected void NoLongerEmpty<T>(Register<T> register, T flag, Func<T, T> set) where T : unmanaged, Enum
    {
        var before = Memory.Read(At, register);
        if (before.HasFlag(flag) && Memory.Read32(Chip.Flash.Start) != Grain.ErasedWord)
        {
            Memory.Write(At, register, set(before));
        }
    }
}
