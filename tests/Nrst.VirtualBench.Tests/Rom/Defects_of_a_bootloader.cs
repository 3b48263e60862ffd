namespace Nrst.VirtualBench.Tests.Rom;

public sealed class Defects_of_a_bootloader
{
    private const uint Flash = 0x0800_0000;

    [Fact]
    public void An_erase_that_is_dropped_leaves_the_old_contents()
    {
        using var host = new DfuHost("STM32L073RZ", "dfu-erase-dropped").Ready();
        host.Silicon.Flash[0] = 0x55;
        Assert.Equal((0, 5), host.Erase(Flash));
        host.Write(Flash, [1, 2, 3, 4]);
        Assert.Equal(0x55, host.Silicon.Flash[0]); // words that are not zero take nothing
    }

    [Fact]
    public void A_write_that_is_dropped_leaves_the_flash_erased()
    {
        using var host = new DfuHost("STM32F407VG", "dfu-write-dropped").Ready();
        Assert.Equal((0, 5), host.Erase(Flash));
        host.Write(Flash, [1, 2, 3, 4]);
        Assert.Equal(0xFF, host.Silicon.Flash[0]);
    }

    [Fact]
    public void A_loader_may_report_as_done_what_it_refused()
    {
        using var host = new DfuHost("STM32F407VG", "dfu-reports-ok").Ready();
        Assert.Equal((0, 5), host.Erase(0x0900_0000));
    }

    [Fact]
    public void Some_stall_while_they_work()
    {
        using var host = new DfuHost("STM32L433CC", "dfu-stall-while-busy").Ready();
        host.Download(0, [0x41, .. BitConverter.GetBytes(Flash)]);
        var poll = host.GetStatus().PollMs;
        Assert.Equal(TransferFailure.Stalled, Assert.Throws<ProbeException>(() => host.GetStatus()).Failure);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(poll));
        Assert.Equal((0, 0, 5), host.GetStatus());
    }

    [Fact]
    public void An_H743_of_old_never_finishes_with_bank_2()
    {
        using var host = new DfuHost("STM32H743ZI", "dfu-bank2-never-ready").Ready();
        Assert.Equal((0, 5), host.Erase(Flash));
        host.Silicon.Flash[0x10_0000] = 0;
        host.Download(0, [0x41, .. BitConverter.GetBytes(Flash + 0x10_0000)]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((0, 1000, 4), host.GetStatus());
            host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0xFF, host.Silicon.Flash[0x10_0000]); // and yet it is erased
        host.ClearStatus();
        Assert.Equal((14, 0, 10), host.GetStatus());
        host.ClearStatus();
        Assert.Equal((0, 0, 2), host.GetStatus());
    }

    [Fact]
    public void A_tail_that_fills_no_flash_word_is_lost()
    {
        using var host = new DfuHost("STM32H743ZI").Ready();
        host.Erase(Flash);
        host.Write(Flash, [.. Enumerable.Range(1, 40).Select(i => (byte)i)]);
        Assert.Equal(32, host.Silicon.Flash[31]);
        Assert.Equal(0xFF, host.Silicon.Flash[32]);
        using var padded = new DfuHost("STM32H723ZG").Ready();
        padded.Erase(Flash);
        padded.Write(Flash, [.. Enumerable.Range(1, 40).Select(i => (byte)i)]);
        Assert.Equal(40, padded.Silicon.Flash[39]);
    }

    [Fact]
    public void Long_blocks_that_are_no_multiple_of_8_come_out_wrong_on_an_L43x()
    {
        using var host = new DfuHost("STM32L433CC").Ready();
        host.Erase(Flash);
        byte[] image = [.. Enumerable.Range(0, 1004).Select(i => (byte)i)];
        host.Write(Flash, image);
        Assert.NotEqual(image, host.Silicon.Flash[..1004].ToArray());
        host.Erase(Flash);
        host.Write(Flash, image[..1000]);
        Assert.Equal(image[..1000], host.Silicon.Flash[..1000].ToArray());
    }

    [Fact]
    public void A_string_may_break_off()
    {
        using var host = new DfuHost("STM32F407VG", "dfu-string-garbled");
        Assert.Equal("@Internal Flash  /0x08000000/04*0", host.Text(4));
    }

    [Fact]
    public void An_L4_that_was_empty_at_power_on_comes_back_into_its_loader()
    {
        using var host = new DfuHost("STM32L433CC").Ready();
        Assert.Equal((0, 5), host.EraseAll());
        host.Board.Boot0 = false;
        host.Board.PowerCycle();
        host.Reopen().Ready();
        host.Write(Flash, [0x00, 0x08, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xFE, 0xE7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        host.Leave(Flash);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        Assert.NotNull(host.Board.Dfu);
        host.Board.PowerCycle();
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        Assert.Null(host.Board.Dfu);
        Assert.Equal(0x0800_0008u, host.Silicon.Core.GetRegister(15));
    }

    [Fact]
    public void A_mass_erase_may_do_nothing()
    {
        using var host = new DfuHost("STM32H743ZI", "dfu-no-mass-erase").Ready();
        host.Silicon.Flash[5] = 0;
        Assert.Equal((0, 5), host.EraseAll());
        Assert.Equal(0, host.Silicon.Flash[5]);
    }

    [Fact]
    public void Flash_that_ignores_commands_ignores_those_of_the_loader()
    {
        using var host = new DfuHost("STM32F407VG", "flash-ignores-commands").Ready();
        host.Silicon.Flash[5] = 0x12;
        Assert.Equal((0, 5), host.Erase(Flash));
        Assert.Equal(0x12, host.Silicon.Flash[5]);
    }

    [Fact]
    public void Flash_that_never_finishes_silences_the_loader()
    {
        using var host = new DfuHost("STM32F407VG", "flash-never-finishes").Ready();
        host.Download(0, [0x41, .. BitConverter.GetBytes(Flash)]);
        Assert.Equal(4, host.GetStatus().State);
        Assert.True(Assert.Throws<ProbeException>(() => host.GetStatus(TimeSpan.FromSeconds(60))).TimedOut);
    }
}
