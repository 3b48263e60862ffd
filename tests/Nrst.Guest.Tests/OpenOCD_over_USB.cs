namespace Nrst.Guest;

/// <summary>OpenOCD over USB, with nothing but its own scripts.</summary>
[Collection(InTheGuest.Name)]
public sealed class OpenOCD_over_USB(GuestRig rig)
{
    internal const string Quiet = "-c 'gdb_port disabled' -c 'tcl_port disabled' -c 'telnet_port disabled'";

    public static TheoryData<string, string> ProbesAndTransports => new()
    {
        { "v2", "hla" }, { "v2", "dap" }, { "v2-1", "hla" }, { "v2-1", "dap" }, { "v3", "hla" }, { "v3", "dap" },
    };

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task It_programs_verifies_and_dumps(string kind, string transport)
    {
        var guest = await rig.Guest();
        var bytes = new byte[20_001];
        new Random(5).NextBytes(bytes);
        var image = guest.Put("openocd.bin", bytes);
        var (boards, _) = await ServedBoards.OneBoard(guest, kind);
        await using var stop = boards;

        var run = (await guest.Run(
            $"openocd {Quiet} {Interface(transport)} -f target/stm32f4x.cfg -c 'program {image} 0x08000000 verify' "
            + $"-c 'dump_image {LinuxGuest.JobFolder}/openocd.back 0x08000000 {bytes.Length}' -c shutdown")).Succeeds();

        Assert.Contains("** Verified OK **", run.Talk, StringComparison.Ordinal);
        Assert.Contains("Target voltage: 3.2", run.Talk, StringComparison.Ordinal);
        Assert.Equal(bytes, guest.Get("openocd.back"));
        await boards.Stop();
        Assert.Equal(bytes, Silicon.Flash(boards.Bench, "board", bytes.Length));
    }

    internal static string Interface(string transport) =>
        transport == "hla" ? "-f interface/stlink.cfg -c 'transport select hla_swd'" : "-f interface/stlink-dap.cfg -c 'transport select dapdirect_swd'";
}
