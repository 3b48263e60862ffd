using Nrst.Flash;
using Nrst.Images;
using Nrst.Targets;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;
using BootWiring = Nrst.Bootloaders.Usart.BootWiring;

namespace Nrst.Specs.RomLoaders;

/// <summary>A virtual board, with BOOT0 high unless it is set otherwise, whose flash can be filled and looked at behind everybody's back.</summary>
internal sealed class LoaderBoard : IDisposable
{
    public const uint Start = 0x0800_0000;
    private readonly TemporaryFolder _folder = new();

    public LoaderBoard(string part, params string[] faults)
        : this(part, ["boot0=1"], faults)
    {
    }

    /// <param name="settings">As after <c>nrst bench set</c>.</param>
    public LoaderBoard(string part, IReadOnlyList<string> settings, IReadOnlyList<string> faults)
    {
        Erased = DeviceDatabase.FindPart(part)!.Value.Device.Flash.ErasedValue;
        var store = new BoardStore(_folder.File("bench"));
        store.New("b", part, "v2-1", [.. faults]);
        using (var virgin = store.Open("b"))
        {
            Of(virgin).Flash[..8].Fill(0x24); // an empty one would go into its loader whatever the pin says
        }

        store.Set("b", [.. settings]);
        Board = store.Open("b");
    }

    public VirtualBoard Board { get; }

    public Stm32Chip Silicon => Of(Board);

    public byte Erased { get; }

    public TimeSpan Now => Board.Clock.Now;

    /// <summary>What is in the flash, and the board off and on again.</summary>
    public void Hold(ReadOnlySpan<byte> content)
    {
        Silicon.Flash.Fill(Erased);
        content.CopyTo(Silicon.Flash);
        Board.PowerCycle();
    }

    /// <param name="length">In bytes, with a vector table and a program that stays where it is.</param>
    public FirmwareImage Image(int length, int seed = 17)
    {
        byte[] head = [.. BitConverter.GetBytes(Silicon.Part.Ram[0].Range.Start.Value + 0x800), .. BitConverter.GetBytes(Start + 9), 0xFE, 0xE7];
        return FlashingBench.Image((Start, [.. head, .. FlashingBench.Bytes(length - head.Length, seed)]));
    }

    /// <summary>A chip that has left its loader is reset into it, as a person would.</summary>
    public RomSession OpenUsb(Func<IControlPipe, IControlPipe>? through = null, string? chip = null)
    {
        var pipe = Board.OpenDfu(TimeSpan.FromSeconds(3));
        if (pipe is null)
        {
            Board.PowerCycle();
            pipe = Board.OpenDfu(TimeSpan.FromSeconds(3)) ?? throw new InvalidOperationException("no DFU device");
        }

        return DfuSource.Open(through?.Invoke(pipe) ?? pipe, Board.Clock, "dfu", chip);
    }

    public RomSession OpenSerial(Func<ISerialLine, ISerialLine>? through = null, string? chip = null, BootWiring? wiring = null, int? baud = null)
    {
        if (wiring is null && !Board.IsInItsLoader)
        {
            Board.PowerCycle();
        }

        var line = Board.OpenSerial() ?? throw new InvalidOperationException("no USART");
        return UsartSource.Open(through?.Invoke(line) ?? line, Board.Clock, new ProbeSelector.SerialPort("virtual:b", baud), chip, wiring);
    }

    public static FlashOutcome Flash(RomSession session, FirmwareImage image, ResetAfter after = ResetAfter.None, JobListener? listener = null)
    {
        using (session)
        {
            return new RomProgrammer(session, listener).Flash(image, new FlashOptions(), after, default);
        }
    }

    public void Dispose()
    {
        Board.Dispose();
        _folder.Dispose();
    }

    private static Stm32Chip Of(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon;
}
