using System.Text.Json.Nodes;

namespace Nrst.Guest;

/// <summary>The whole of nrst in the guest: the same files that run here, over libusb and the kernel to a probe.</summary>
[Collection(InTheGuest.Name)]
public sealed class Nrst_over_USB(GuestRig rig)
{
    private static readonly string Nrst = $"{LinuxGuest.Dotnet} {CommandLine.Program}";

    [Theory]
    [InlineData("v2")]
    [InlineData("v2-1")]
    [InlineData("v3")]
    public async Task It_lists_looks_flashes_verifies_and_reads(string kind)
    {
        var guest = await rig.Guest();
        var (boards, device) = await ServedBoards.OneBoard(guest, kind);
        await using var stop = boards;

        var list = (await guest.Run($"{Nrst} list")).Succeeds();
        Assert.Contains(boards.Serial("board"), list.Output, StringComparison.Ordinal);
        Assert.Contains($"usb:{device}", list.Output, StringComparison.Ordinal);

        Assert.Contains("STM32F40", Result(await guest.Run($"{Nrst} info --json"), 0).ToJsonString(), StringComparison.Ordinal);
        await Flash(guest);
        Result(await guest.Run($"{Nrst} verify {Repository.Sample} --json"), 0);
        (await guest.Run($"{Nrst} read 0x08000000 2012 -o {LinuxGuest.JobFolder}/nrst.back")).Succeeds();
        await boards.Stop();
        Assert.Equal(Silicon.Flash(boards.Bench, "board", 2012), guest.Get("nrst.back"));
    }

    [Fact]
    public async Task Two_probes_with_the_same_serial_number_are_told_apart_by_where_they_are_plugged_in()
    {
        // A serial number comes from the board's name, so the same name on two benches makes twins.
        var guest = await rig.Guest();
        var (first, at) = await ServedBoards.OneBoard(guest, "v2-1", "STM32F407VG");
        await using var stopFirst = first;
        var (second, there) = await ServedBoards.OneBoard(guest, "v2-1", "STM32F429ZI");
        await using var stopSecond = second;
        var serial = first.Serial("board");
        Assert.Equal(serial, second.Serial("board"));

        foreach (var selector in (string[])["", $"--probe 0483:374b:{serial}"])
        {
            var run = (await guest.Run($"{Nrst} info {selector}")).Exits(2);
            Assert.Contains($"usb:{at}", run.Talk, StringComparison.Ordinal);
            Assert.Contains($"usb:{there}", run.Talk, StringComparison.Ordinal);
        }

        Assert.Contains("STM32F40", Result(await guest.Run($"{Nrst} info --probe usb:{at} --json"), 0).ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("STM32F42", Result(await guest.Run($"{Nrst} info --probe usb:{there} --json"), 0).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(120)]
    public async Task A_cable_pulled_while_flashing_is_a_fact_and_one_more_flash_repairs_it(int transfers)
    {
        var guest = await rig.Guest();
        var bytes = new byte[65_536];
        new Random(transfers).NextBytes(bytes);
        var image = guest.Put("nrst.bin", bytes);
        await using var boards = new ServedBoards(guest);
        boards.Make("board", "v2-1", faults: [$"usb-unplug-after:{transfers}"]);
        await boards.Serve(["board"]);
        await boards.Plug("board");

        var broken = await guest.Run($"{Nrst} flash {image}@0x08000000 --json", seconds: 180);

        Assert.True(broken.ExitCode is 4 or 7 or 9, $"exit code {broken.ExitCode}\n{broken.Output}\n{broken.Talk}");
        var error = JsonNode.Parse(broken.Output)!["error"]!;
        Assert.Matches("(?i)unplugged|gone|disconnected|no longer", (string)error["fact"]!);
        Assert.NotEmpty(error["remedies"]!.AsArray());

        await boards.Stop();
        boards.Repair("board");
        await boards.Serve(["board"]);
        await boards.Plug("board");
        Result(await guest.Run($"{Nrst} flash {image}@0x08000000 --json", seconds: 180), 0);
        await boards.Stop();
        Assert.Equal(bytes, Silicon.Flash(boards.Bench, "board", bytes.Length));
    }

    /// <summary>Flashes the sample; OpenOCD, which reads the same ELF with its own reader, is the judge, over the same cable.</summary>
    private static async Task Flash(LinuxGuest guest)
    {
        var flash = Result(await guest.Run($"{Nrst} flash {Repository.Sample} --json", seconds: 180), 0);
        Assert.Equal("hash", (string)flash["result"]!["proof"]!["kind"]!);
        var openocd = (await guest.Run(
            $"openocd {OpenOCD_over_USB.Quiet} {OpenOCD_over_USB.Interface("hla")} -f target/stm32f4x.cfg "
            + $"-c init -c halt -c 'verify_image {Repository.Sample}' -c shutdown")).Succeeds();
        Assert.Contains("verified 2012 bytes", openocd.Talk, StringComparison.Ordinal);
    }

    private static JsonNode Result(GuestRun run, int code) => JsonNode.Parse(run.Exits(code).Output)!;
}
