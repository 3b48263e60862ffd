namespace Nrst.VirtualBench.Tests.Rom;

/// <summary>AN3156, and what the maker's USB library does where the note is silent.</summary>
public sealed class The_DFU_state_machine
{
    private const uint Flash = 0x0800_0000;

    [Fact]
    public void The_first_status_of_a_classic_loader_is_an_error_of_no_meaning()
    {
        using var host = new DfuHost("STM32F407VG");
        Assert.Equal((0x0A, 0, 10), host.GetStatus());
        Assert.Equal(TransferFailure.Stalled, Assert.Throws<ProbeException>(() => host.Download(0, 0x41)).Failure);
        host.ClearStatus();
        Assert.Equal((0, 0, 2), host.GetStatus());
    }

    [Fact]
    public void Later_loaders_start_idle_unless_they_have_that_fault()
    {
        using var sound = new DfuHost("STM32G0B1RE");
        Assert.Equal((0, 0, 2), sound.GetStatus());
        using var faulty = new DfuHost("STM32G0B1RE", "dfu-first-status-error");
        Assert.Equal((0x0A, 0, 10), faulty.GetStatus());
    }

    [Fact]
    public void What_is_downloaded_happens_with_the_first_status_and_not_before()
    {
        using var host = new DfuHost("STM32F072CB").Ready();
        host.Silicon.Flash.Clear();
        host.Download(0, [0x41, .. BitConverter.GetBytes(Flash)]);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        host.Silicon.RunUntil(host.Board.VirtualClock.Nanoseconds);
        Assert.Equal(0, host.Silicon.Flash[0]);
        var (status, poll, state) = host.GetStatus();
        Assert.Equal((0, 4), (status, state));
        Assert.InRange(poll, 20, 60);
        Assert.Equal(0, host.Silicon.Flash[0]);

        // Asked too early, the loader lets the host wait.
        var asked = host.Now;
        Assert.Equal(5, host.GetStatus().State);
        Assert.InRange(host.Now - asked, TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(60));
        Assert.Equal(0xFF, host.Silicon.Flash[0]);
    }

    [Fact]
    public void A_host_that_does_not_wait_long_enough_hears_nothing_and_may_ask_again()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        host.Download(0, 0x41);
        Assert.Equal(100, host.GetStatus().PollMs); // and takes up to 16 s
        Assert.True(Assert.Throws<ProbeException>(() => host.GetStatus(TimeSpan.FromSeconds(1))).TimedOut);
        Assert.Equal(5, host.GetStatus(TimeSpan.FromSeconds(40)).State);
        Assert.InRange(host.Now, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void The_list_of_commands_is_read_from_block_0()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        Assert.Equal("00-21-41-92", BitConverter.ToString(host.Upload(0, 16)));
        Assert.Equal(2, host.GetStatus().State);
        using var later = new DfuHost("STM32H563ZI").Ready();
        Assert.Equal("00-21-41", BitConverter.ToString(later.Upload(0, 16)));
    }

    [Fact]
    public void Blocks_are_counted_in_whole_transfers()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        for (var i = 0; i < 8192; i++)
        {
            host.Silicon.Flash[i] = (byte)(i >> 8);
        }

        host.SetAddress(Flash);
        host.Abort();
        Assert.Equal(0x00, host.Upload(2, 2048)[0]);
        Assert.Equal(9, host.GetStatus().State);
        Assert.Equal(0x08, host.Upload(3, 256)[0]);
        Assert.Equal(0x10, host.Upload(4, 256)[0]);
        Assert.Equal(TransferFailure.Stalled, Assert.Throws<ProbeException>(() => host.Download(2, 1)).Failure);
        Assert.Equal((0x0F, 0, 10), host.GetStatus());
    }

    [Theory]
    [InlineData(0x0810_0000u)] // behind the end
    [InlineData(0x6000_0000u)]
    public void An_address_nobody_has_is_an_error_of_the_target(uint address)
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        Assert.Equal((1, 10), host.SetAddress(address));
        host.ClearStatus();
        Assert.Equal((1, 10), host.Erase(address));
    }

    [Fact]
    public void An_erase_behind_the_end_kills_the_loader_of_an_L07x()
    {
        using var host = new DfuHost("STM32L073RZ").Ready();
        host.Download(0, [0x41, .. BitConverter.GetBytes(Flash + (192 * 1024))]);
        host.GetStatus();
        Assert.True(Assert.Throws<ProbeException>(() => host.GetStatus()).TimedOut);
        host.Board.PowerCycle();
        using var again = host.Board.OpenDfu(TimeSpan.FromSeconds(2));
        Assert.NotNull(again);
    }

    [Fact]
    public void Clearing_a_status_that_is_none_makes_one_or_stalls()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        host.ClearStatus();
        Assert.Equal((0x0E, 0, 10), host.GetStatus());
        using var c5 = new DfuHost("STM32C562RE").Ready();
        Assert.Equal(TransferFailure.Stalled, Assert.Throws<ProbeException>(c5.ClearStatus).Failure);
        Assert.Equal(2, c5.GetStatus().State);
    }

    [Fact]
    public void A_C5_asked_for_its_functional_descriptor_alone_hangs()
    {
        using var host = new DfuHost("STM32C562RE").Ready();
        Assert.True(Assert.Throws<ProbeException>(() => host.Pipe.Control(0x80, 6, 0x2100, 0, new byte[9], TimeSpan.FromSeconds(1))).TimedOut);
        Assert.True(Assert.Throws<ProbeException>(() => host.GetStatus()).TimedOut);
    }

    [Fact]
    public void Under_read_protection_only_the_way_out_is_open()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        var options = host.Read(0x1FFF_C000, 16);
        Assert.Equal(0xAA, options[1]);
        options[1] = 0x55;
        host.SetAddress(0x1FFF_C000);
        host.Download(2, options);
        Assert.Equal(4, host.GetStatus().State);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(3));
        Assert.Equal(TransferFailure.Gone, Assert.Throws<ProbeException>(() => host.GetStatus()).Failure); // it has reset itself

        host.Reopen().Ready();
        Assert.Equal((0x0B, 10), host.Erase(Flash));
        host.ClearStatus();
        Assert.Equal((0, 5), host.SetAddress(Flash));
        Assert.Equal((0x0B, 10), host.Do(2, 1, 2, 3, 4));
        host.ClearStatus();
        Assert.Equal(TransferFailure.Stalled, Assert.Throws<ProbeException>(() => host.Upload(2, 64)).Failure);
        Assert.Equal((0x0B, 0, 10), host.GetStatus());
        host.ClearStatus();

        host.Silicon.Flash[100] = 0x11;
        host.Download(0, 0x92);
        Assert.Equal(4, host.GetStatus().State);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(40));
        host.Reopen().Ready();
        Assert.Equal(0xFF, host.Silicon.Flash[100]);
        Assert.Equal((0, 5), host.Erase(Flash));
    }

    [Fact]
    public void Nothing_is_said_of_a_sector_that_is_write_protected()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        var options = host.Read(0x1FFF_C000, 16);
        options[8] &= 0xFE; // nWRP0
        host.SetAddress(0x1FFF_C000);
        host.Download(2, options);
        host.GetStatus();
        host.Board.Clock.Wait(TimeSpan.FromSeconds(3));
        host.Reopen().Ready();
        host.Silicon.Flash[0] = 0x77;
        Assert.Equal((0, 5), host.Erase(Flash));
        host.Write(Flash, [0x00, 0x01, 0x02, 0x03]);
        Assert.Equal(0x77, host.Silicon.Flash[0]);
    }

    [Fact]
    public void More_supply_makes_an_F4_faster()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        var slow = TimeOf(() => host.Erase(Flash + 0x2_0000));
        var slowWrite = TimeOf(() => host.Write(Flash + 0x2_0000, new byte[4096]));
        host.SetAddress(0xFFFF_0000);
        Assert.Equal((0, 5), host.Do(2, 3, 0xFF, 0xFF, 0xFF));
        var fast = TimeOf(() => host.Erase(Flash + 0x2_0000));
        var fastWrite = TimeOf(() => host.Write(Flash + 0x2_0000, new byte[4096]));
        Assert.InRange(slow / fast, 1.5, 3);
        Assert.InRange(slowWrite / fastWrite, 2.5, 4);

        TimeSpan TimeOf(Action work)
        {
            var before = host.Now;
            work();
            return host.Now - before;
        }
    }

    [Fact]
    public void Data_EEPROM_and_OTP_are_written_like_flash()
    {
        using var l0 = new DfuHost("STM32L073RZ").Ready();
        l0.Write(0x0808_0000, [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal("01-02-03-04-05-06-07-08", BitConverter.ToString(l0.Read(0x0808_0000, 8)));
        using var f4 = new DfuHost("STM32F407VG").Ready();
        f4.Write(0x1FFF_7800, [0x0F, 0xF0]);
        f4.Write(0x1FFF_7800, [0xFF, 0x0F]);
        Assert.Equal("0F-00", BitConverter.ToString(f4.Read(0x1FFF_7800, 2)));
    }

    [Fact]
    public void A_stack_pointer_that_points_nowhere_ends_in_a_reset_and_back_in_the_loader()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        var started = host.Silicon.Loader!.Started;
        host.Leave(Flash); // 0x24242424
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(500));
        Assert.NotNull(host.Board.Dfu);
        Assert.NotEqual(started, host.Silicon.Loader.Started);
        Assert.Equal(TransferFailure.Gone, Assert.Throws<ProbeException>(() => host.GetStatus()).Failure);
    }

    [Fact]
    public void A_debugger_finds_the_core_in_the_system_memory_and_stops_the_loader_with_it()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        var now = host.Board.VirtualClock.Nanoseconds;
        host.Silicon.Write(0xE000_EDF0, 4, 0xA05F_0003, ref now);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        Assert.True(Assert.Throws<ProbeException>(() => host.GetStatus()).TimedOut);
        Assert.Equal(0x1FFF_0040u, host.Silicon.Core.GetRegister(15));
        now = host.Board.VirtualClock.Nanoseconds;
        host.Silicon.Write(0xE000_EDF0, 4, 0xA05F_0001, ref now);
        Assert.Equal(2, host.GetStatus().State);
    }

    [Fact]
    public void A_program_may_jump_into_the_loader()
    {
        using var host = new DfuHost("STM32F407VG").Ready();
        host.Board.Boot0 = false;
        host.Silicon.Flash.Clear();
        new byte[] { 0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0x01, 0x48, 0x00, 0x47, 0x00, 0xBF, 0x00, 0xBF, 0x41, 0x00, 0xFF, 0x1F }
            .CopyTo(host.Silicon.Flash); // ldr r0, [pc, #4]; bx r0; .word 0x1FFF0041
        host.Silicon.Flash.Slice(12, 2).Clear();
        new byte[] { 0x41, 0x00, 0xFF, 0x1F }.CopyTo(host.Silicon.Flash[16..]);
        host.Silicon.Flash[8] = 0x01; // the literal is at pc + 4 = 0x0800_0010
        host.Board.PowerCycle();
        host.Reopen().Ready();
        Assert.Equal(0x1FFF_0040u, host.Silicon.Core.GetRegister(15));
    }
}
