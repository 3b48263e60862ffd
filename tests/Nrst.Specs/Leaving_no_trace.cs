using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>What nrst touches to connect is as it was when it lets go.</summary>
public sealed class Leaving_no_trace : IDisposable
{
    private static readonly (string Name, uint Address, uint Mask)[] DebugRegisters =
    [
        ("DHCSR", 0xE000_EDF0, 0x000F_000F), // without the sticky bits, which a read clears
        ("DEMCR", 0xE000_EDFC, ~0u),
        ("DFSR", 0xE000_ED30, ~0u),
        ("FP_CTRL", 0xE000_2000, ~0u),
        .. Enumerable.Range(0, 8).Select(i => ($"FP_COMP{i}", 0xE000_2008 + (uint)(4 * i), ~0u)),
        ("DWT_CTRL", 0xE000_1000, ~0u),
        .. Enumerable.Range(0, 4).Select(i => ($"DWT_FUNCTION{i}", 0xE000_1028 + (uint)(16 * i), ~0u)),
        ("DBGMCU_CR", 0xE004_2004, ~0u),
        ("DBGMCU_APB1_FZ", 0xE004_2008, ~0u),
        ("DBGMCU_APB2_FZ", 0xE004_200C, ~0u),
        ("RCC_AHB1ENR", 0x4002_3830, ~0u),
        ("FLASH_CR", 0x4002_3C10, ~0u),
        ("FLASH_ACR", 0x4002_3C00, ~0u),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly FirmwareImage _image = ImageReader.Load(Repository.Sample, null);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_reading_and_verifying_nothing_is_left_and_the_firmware_never_stops()
    {
        using var board = ProgrammedBoard();
        var before = Look(board);

        using (var target = Target.Connect(Boards.Probe(board), new ConnectOptions(Chip: "STM32F407VG")))
        {
            var programmer = new Programmer(target);
            programmer.Verify(_image, CancellationToken.None);
            programmer.Read(new AddressRange(new Address(0x2000_0000), 5000), CancellationToken.None);
        }

        Assert.Equal(before, Look(board));
    }

    [Fact]
    public void Of_verifying_nothing_is_left_in_target_RAM()
    {
        var ram = new AddressRange(new Address(0x2000_0000), 32 * 1024);
        var before = new byte[ram.Length];
        new Random(3).NextBytes(before);
        using var board = new BoardStore(_folder.Path).OpenOrCreate("STM32F407VG"); // blank: no firmware that would use its RAM
        using var target = Target.Connect(Boards.Probe(board), new ConnectOptions());
        target.Memory.Write(ram.Start, before);

        Assert.Throws<ProofException>(() => new Programmer(target).Verify(_image, CancellationToken.None));

        Assert.Equal(before, new Programmer(target).Read(ram, CancellationToken.None));
    }

    [Fact]
    public void Of_flashing_nothing_is_left_but_the_image()
    {
        using var board = ProgrammedBoard();
        var before = Look(board);

        using (var target = Target.Connect(Boards.Probe(board), new ConnectOptions()))
        {
            new Programmer(target).Flash(_image, new FlashOptions { AlwaysErase = true }, ResetAfter.Run, CancellationToken.None);
        }

        Assert.Equal(before, Look(board));
    }

    private VirtualBoard ProgrammedBoard()
    {
        var board = new BoardStore(_folder.Path).OpenOrCreate("STM32F407VG");
        using var target = Target.Connect(Boards.Probe(board), new ConnectOptions());
        new Programmer(target).Flash(_image, new FlashOptions(), ResetAfter.Run, CancellationToken.None);
        return board;
    }

    private static List<string> Look(VirtualBoard board)
    {
        board.Clock.Wait(TimeSpan.FromMilliseconds(20)); // past the start-up code, so that only we could make a difference
        using var probe = Boards.Probe(board);
        probe.Attach();
        return [.. DebugRegisters.Select(register =>
            $"{register.Name} = 0x{probe.Memory.Read32(new Address(register.Address)) & register.Mask:X8}")];
    }
}
