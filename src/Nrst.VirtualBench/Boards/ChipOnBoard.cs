using System.Buffers.Binary;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;

namespace Nrst.VirtualBench.Boards;

/// <summary>An STM32 as a board powers it and puts it away.</summary>
/// <remarks>Saved as <code>length32 | flash | length32 | option words | length32 | OTP | length32 | what else there is …</code> with everything little-endian.</remarks>
internal sealed class ChipOnBoard(Stm32Chip chip) : IBoardChip, IUsartPins
{
    private Action<int, byte>? _sent;
    private bool _listens;

    public Stm32Chip Silicon => chip;

    public double SupplyVolts => chip.SupplyVolts;

    public ISwdTarget? Swd => chip.Swd;

    public int PowerUps => chip.PowerUps;

    public bool DisturbsWire(int kilohertz) => chip.DisturbsWire(kilohertz);

    public bool ResetIsLow => chip.ResetIsLow;

    public ChipTimes Times => new(
        chip.Core.BusyNanoseconds, chip.FlashStatistics.EraseNanoseconds, chip.FlashStatistics.ProgramNanoseconds);

    public IUsartPins Usarts => this;

    IReadOnlyCollection<int> IUsartPins.Usarts => chip.Usarts;

    public event Action<int, byte>? Sent
    {
        add
        {
            if (!_listens)
            {
                // Once, however often listeners come and go.
                _listens = true;
                chip.UsartOutput += output => _sent?.Invoke(output.Usart, output.Value);
            }

            _sent += value;
        }

        remove => _sent -= value;
    }

    public void Receive(int usart, ReadOnlySpan<byte> bytes, long now, int baud, bool hasParity)
    {
        if (chip.Usarts.Contains(usart) || (chip.Loader?.Rom.Usarts.Contains(usart) ?? false))
        {
            chip.UsartInput(usart, bytes, now, baud, hasParity);
        }
    }

    public Rom.RomLoader? Loader => chip.Loader;

    public void DriveBoot0(bool high) => chip.DriveBoot0(high);

    public void DriveReset(bool low, long now) => chip.DriveReset(low, now);

    public void RunUntil(long now) => chip.RunUntil(now);

    public void PowerOn(long now) => chip.PowerOn(now);

    public void PowerOff(long now) => chip.PowerOff(now);

    public IReadOnlyList<uint[]> Marginal
    {
        get => [.. chip.FlashModel.Cells.Marginal.Select(area => new[] { area.Offset, area.Length })];
        set
        {
            foreach (var area in value)
            {
                chip.FlashModel.Cells.LeaveHalfErased(area[0], area[1]);
            }
        }
    }

    public void Bear(IReadOnlyList<Fault> faults)
    {
        foreach (var fault in faults)
        {
            fault.Kind.Bear(chip, fault.Argument);
        }
    }

    public void Occupy()
    {
        if (!chip.Flash[..8].ContainsAnyExcept(chip.FlashModel.Cells.ErasedValue))
        {
            chip.Flashed(Programs.Idle(chip).Image());
        }
    }

    public void Leave(IReadOnlyList<Fault> faults, long now)
    {
        foreach (var fault in faults.Where(fault => fault.Kind.NeedsPowerToLast))
        {
            fault.Kind.Leave(chip, fault.Argument, now);
        }
    }

    public byte[] Save()
    {
        var state = chip.Save();
        using var saved = new MemoryStream();
        WriteBlock(saved, state.Flash);
        var options = new byte[4 * state.OptionBytes.Length];
        for (var i = 0; i < state.OptionBytes.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(options.AsSpan(4 * i), state.OptionBytes[i]);
        }

        WriteBlock(saved, options);
        WriteBlock(saved, state.Otp);
        foreach (var other in state.Others)
        {
            WriteBlock(saved, other);
        }

        return saved.ToArray();
    }

    public void Load(ReadOnlySpan<byte> saved)
    {
        var flash = ReadBlock(ref saved).ToArray();
        var words = ReadBlock(ref saved);
        var otp = ReadBlock(ref saved).ToArray();
        var others = new List<byte[]>();
        while (!saved.IsEmpty)
        {
            others.Add(ReadBlock(ref saved).ToArray());
        }

        var options = new uint[words.Length / 4];
        for (var i = 0; i < options.Length; i++)
        {
            options[i] = BinaryPrimitives.ReadUInt32LittleEndian(words[(4 * i)..]);
        }

        try
        {
            chip.Load(new ChipState(flash, options, otp) { Others = others });
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static void WriteBlock(MemoryStream into, byte[] block)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, block.Length);
        into.Write(length);
        into.Write(block);
    }

    private static ReadOnlySpan<byte> ReadBlock(ref ReadOnlySpan<byte> from)
    {
        if (from.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(from) > from.Length - 4)
        {
            throw new FormatException("The saved chip ends too early.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(from);
        var block = from.Slice(4, length);
        from = from[(4 + length)..];
        return block;
    }
}
