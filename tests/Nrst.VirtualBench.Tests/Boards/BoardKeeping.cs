using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Probes;

namespace Nrst.VirtualBench.Tests.Boards;

public sealed class BoardKeeping : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-bench-").FullName;
    private readonly BoardStore _store;

    public BoardKeeping() => _store = new BoardStore(_folder, (_, _, board) => new FakeChip { SupplyVolts = board.Volts });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_board_outlives_those_who_use_it()
    {
        _store.New("bench1", "STM32F407VG", "v2", firmware: "V2J37S7", volts: 3.0);
        TimeSpan used;
        using (var board = _store.Open("bench1"))
        {
            ((FakeChip)board.Chip).Ram[5] = 0xA5;
            board.Pipe.Send(Command(0xF3, 0x07));
            board.Clock.Wait(TimeSpan.FromSeconds(2));
            used = board.Clock.Now;
        }

        using var again = _store.Open("bench1");
        Assert.Equal(0xA5, ((FakeChip)again.Chip).Ram[5]);
        Assert.Equal(used, again.Clock.Now);
        Assert.Equal(3.0, again.Chip.SupplyVolts);
        Assert.Equal("V2J37S7", again.Identity.Firmware);
        again.Pipe.Send(Command(0xF5));
        var mode = new byte[2];
        again.Pipe.Receive(mode);
        Assert.Equal(1, mode[0]);
    }

    /// <summary>As with a real board, somebody's hands do not wait until the probe is free.</summary>
    [Fact]
    public void A_jumper_and_the_power_can_be_changed_under_whoever_uses_the_board()
    {
        _store.New("b", "STM32F407VG", "v2-1");
        using (var board = _store.Open("b"))
        {
            var before = board.Clock.Now;
            _store.Set("b", ["boot0=1"]);
            _store.PowerCycle("b");
            Assert.Equal(before, board.Clock.Now);
            board.Pipe.Send(Command(0xF7));
            Assert.True((board.Clock.Now - before).TotalSeconds > 0.4, "half a second without power");
        }

        Assert.True(Assert.Single(_store.List()).Boot0);
        Assert.Throws<UsageException>(() => _store.PowerCycle("nobody"));
    }

    [Fact]
    public void A_virtual_COM_port_ends_at_a_USART_that_the_chip_has()
    {
        Assert.Equal("NRST0188", Assert.Throws<UsageException>(() => _store.New("b", "STM32F407VG", vcpUsart: 7)).Code);

        _store.New("b", "STM32F407VG", vcpUsart: 3);
        using (var board = _store.Open("b"))
        {
            Assert.Equal(3, board.VcpUsart);
        }

        using var again = _store.Open("b");
        Assert.Equal(3, again.VcpUsart);
    }

    [Fact]
    public void A_failure_in_between_does_not_cost_the_flash()
    {
        _store.New("b", "STM32F407VG", faults: ["usb-unplug-after:1"]);
        Assert.Throws<ProbeException>(() =>
        {
            using var board = _store.Open("b");
            ((FakeChip)board.Chip).Ram[0] = 1;
            board.Pipe.Send(Command(0xF5));
            board.Pipe.Receive(new byte[2]);
        });

        using var again = _store.Open("b");
        Assert.Equal(1, ((FakeChip)again.Chip).Ram[0]);
    }

    [Fact]
    public void A_debug_session_is_found_as_it_was_left()
    {
        _store.New("b", "STM32F407VG");
        using (var board = _store.Open("b"))
        {
            board.Pipe.Send(Command(0xF2, 0x30, 0xA3));
            board.Pipe.Receive(new byte[2]);
        }

        using var again = _store.Open("b");
        again.Pipe.Send(Command(0xF2, 0x36, 0, 0, 0, 0x20));
        var answer = new byte[8];
        again.Pipe.Receive(answer);
        Assert.Equal(0x80, answer[0]);
    }

    [Fact]
    public void Serial_numbers_are_24_digits_and_differ()
    {
        var one = _store.New("one", "STM32F407VG").Probe.Serial;
        var two = _store.New("two", "STM32F407VG").Probe.Serial;

        Assert.Matches("^[0-9A-F]{24}$", one);
        Assert.NotEqual(one, two);
        Assert.Equal(["one", "two"], _store.List().Select(board => board.Name));
    }

    [Fact]
    public void A_part_number_makes_a_board_of_its_name()
    {
        using (var board = _store.OpenOrCreate("STM32F407VG"))
        {
            Assert.Equal("ST-LINK/V2-1", board.Identity.Kind);
        }

        Assert.Equal("STM32F407VG", Assert.Single(_store.List()).Chip);
        Assert.Equal("NRST0180", Assert.Throws<UsageException>(() => _store.OpenOrCreate("nothing")).Code);
    }

    [Fact]
    public void Only_one_at_a_time()
    {
        _store.New("b", "STM32F407VG");
        using var board = _store.Open("b");

        var busy = Assert.Throws<ProbeException>(() => _store.Open("b"));

        Assert.Equal("NRST1180", busy.Code);
        Assert.Contains($"{Environment.ProcessId}", busy.Message, StringComparison.Ordinal);
        Assert.Equal("NRST1180", Assert.Throws<ProbeException>(() => _store.Remove("b")).Code);
        Assert.True(Assert.Single(_store.List()).InUse);
    }

    [Fact]
    public void A_removed_board_is_gone()
    {
        _store.New("b", "STM32F407VG");

        _store.Remove("b");

        Assert.Empty(_store.List());
        Assert.Equal("NRST0180", Assert.Throws<UsageException>(() => _store.Remove("b")).Code);
    }

    [Theory]
    [InlineData("NRST0181", "b", "STM32X999", "v2", null, null)]
    [InlineData("NRST0182", "taken", "STM32F407VG", "v2", null, null)]
    [InlineData("NRST0183", "b", "STM32F407VG", "v2", "gremlins", null)]
    [InlineData("NRST0183", "b", "STM32F407VG", "v2", "swd-noisy-above", null)]
    [InlineData("NRST0183", "b", "STM32F407VG", "v2", "nrst-held-low:3", null)]
    [InlineData("NRST0184", "b", "STM32F407VG", "v9", null, null)]
    [InlineData("NRST0184", "b", "STM32F407VG", "v3", null, "V2J37S7")]
    [InlineData("NRST0186", "../b", "STM32F407VG", "v2", null, null)]
    [InlineData("NRST0186", "", "STM32F407VG", "v2", null, null)]
    public void An_impossible_board_is_refused(string code, string name, string chip, string kind, string? fault, string? firmware)
    {
        _store.New("taken", "STM32F407VG");

        var refusal = Assert.Throws<UsageException>(() => _store.New(name, chip, kind, fault is null ? null : [fault], firmware));

        Assert.Equal(code, refusal.Code);
        Assert.Single(_store.List());
    }

    [Fact]
    public void An_impossible_supply_is_refused()
    {
        Assert.Equal("NRST0185", Assert.Throws<UsageException>(() => _store.New("b", "STM32F407VG", volts: 12)).Code);
        Assert.Equal("NRST0185", Assert.Throws<UsageException>(() => _store.New("b", "STM32F407VG", volts: double.NaN)).Code);
    }

    [Fact]
    public void Damage_is_noticed()
    {
        _store.New("b", "STM32F407VG");
        _store.Open("b").Dispose();
        var chip = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "b"), "chip-*.bin"));
        var bytes = File.ReadAllBytes(chip);
        bytes[100] ^= 1;
        File.WriteAllBytes(chip, bytes);
        Assert.Equal("NRST1183", Assert.Throws<ProbeException>(() => _store.Open("b")).Code);

        File.Delete(chip);
        Assert.Equal("NRST1183", Assert.Throws<ProbeException>(() => _store.Open("b")).Code);

        File.WriteAllText(Path.Combine(_folder, "b", "board.json"), "{ \"format\": 1, ");
        Assert.Equal("NRST1183", Assert.Throws<ProbeException>(() => _store.Open("b")).Code);

        Assert.Equal("NRST1183", Assert.Single(_store.List()).Damage?.Code);

        // The failed attempts let go of the board, and it can be removed.
        _store.Remove("b");
    }

    [Theory]
    [InlineData("/chosen", "/chosen", "/state", "/home/me")]
    [InlineData("/state/nrst/bench", null, "/state", "/home/me")]
    [InlineData("/home/me/.local/state/nrst/bench", null, null, "/home/me")]
    public void The_folder_follows_the_platform(string expected, string? bench, string? state, string home)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The rule of another platform applies here.");

        Assert.Equal(expected, BoardStore.DefaultFolder(name => name switch
        {
            "NRST_BENCH_DIR" => bench,
            "XDG_STATE_HOME" => state,
            "HOME" => home,
            _ => null,
        }));
    }

    private static byte[] Command(params byte[] bytes)
    {
        var command = new byte[16];
        bytes.CopyTo(command, 0);
        return command;
    }
}
