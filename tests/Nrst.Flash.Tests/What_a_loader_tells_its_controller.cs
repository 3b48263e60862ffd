using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

/// <summary>Loaders whose controller has more than one set of registers, or is told what to erase by a write to the flash, on a core of qemu.</summary>
public sealed class What_a_loader_tells_its_controller
{
    private static readonly uint s_flash = QemuRun.CortexM0.Flash;

    [Fact]
    public void An_STM32L0_erases_a_page_by_a_zero_in_its_first_word_and_is_locked_again()
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM0, "stm32l0");
        run.Set((LoaderBlob.Unit, 64), (LoaderBlob.Erased, 0));
        var page = QemuRun.Base + 0x2000;
        run.Load(page, [.. Enumerable.Repeat((byte)0x99, 32)]);

        run.Send(LoaderOperation.Erase, 0, LoaderCommand.ThenEnd, Words(0, page));
        var seen = run.Go(page, QemuRun.Base + LoaderBlob.Status, s_flash);

        Assert.Equal([0u, 0x9999_9999, 0x9999_9999], seen[0][..3]);
        Assert.Equal(1u, seen[1][0]);
        Assert.Equal(7u, seen[2][1]); // FLASH_PECR: all its locks, no operation
    }

    [Fact]
    public void An_XL_density_STM32F1_gets_the_address_of_a_page_in_the_registers_of_its_bank()
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = Xl(judges);

        run.Send(LoaderOperation.Erase, 0, 0, Words(0, 0x0807_F800));
        run.Send(LoaderOperation.Erase, 0, LoaderCommand.ThenEnd, Words(0, 0x0808_0000));
        var seen = run.Go(QemuRun.Base + LoaderBlob.Status, s_flash + 0x10, s_flash + 0x50);

        Assert.Equal(2u, seen[0][0]);
        Assert.Equal([0x80u, 0x0807_F800], seen[1][..2]); // FLASH_CR, FLASH_AR
        Assert.Equal([0x80u, 0x0808_0000], seen[2][..2]);
    }

    [Fact]
    public void An_error_of_the_second_bank_is_marked_as_its_own()
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = Xl(judges);
        run.Load(s_flash + 0x4C, Words(1 << 4));

        run.Send(LoaderOperation.Erase, 0, 0, Words(0, 0x0808_0000));
        var seen = run.Go(QemuRun.Base + LoaderBlob.Status);

        Assert.Equal([0x0200_0000u, 0x8000_0010, 0x0808_0000], seen[0][..3]);
    }

    private static QemuRun Xl(Judges judges)
    {
        var run = new QemuRun(judges, QemuRun.CortexM0, "stm32f1xl");
        run.Set((LoaderBlob.Unit, 2), (LoaderBlob.Erased, uint.MaxValue), (LoaderBlob.Arguments, 0x0808_0000), (LoaderBlob.Arguments + 4, 0x40));
        return run;
    }

    private static byte[] Words(params uint[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
