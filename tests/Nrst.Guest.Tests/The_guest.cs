namespace Nrst.Guest;

/// <summary>The rig itself: what it says must be true before anything judged by it can be.</summary>
[Collection(InTheGuest.Name)]
public sealed class The_guest(GuestRig rig)
{
    [Fact]
    public async Task It_is_another_kernel_with_a_USB_stack()
    {
        var guest = await rig.Guest();

        var run = (await guest.Run("uname -r; lsusb; test -e /sys/devices/platform/vhci_hcd.0/status")).Succeeds();

        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "artifacts", "guest", "version")).Trim(), run.Output.Split('\n')[0]);
        Assert.Contains("USB/IP Virtual Host Controller", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_fails_says_so()
    {
        var guest = await rig.Guest();

        var run = await guest.Run("echo before; sh -c 'echo trouble >&2; exit 7'; echo after");

        run.Exits(7);
        Assert.Equal("before\n", run.Output);
        Assert.Equal("trouble\n", run.Talk);
    }

    [Fact]
    public async Task A_job_that_hangs_is_stopped()
    {
        var guest = await rig.Guest();

        (await guest.Run("trap '' TERM; while :; do sleep 1; done", seconds: 1)).Exits(137);
        (await guest.Run("sleep 60", seconds: 1)).Exits(124);
        (await guest.Run("true")).Succeeds();
    }

    [Fact]
    public async Task Files_go_both_ways_and_the_host_is_read_only()
    {
        var guest = await rig.Guest();
        var bytes = new byte[100_000];
        new Random(3).NextBytes(bytes);
        var sent = guest.Put("sent", bytes);

        (await guest.Run($"cp {sent} {LinuxGuest.JobFolder}/back; ! touch '{Repository.Root}/touched' 2>/dev/null")).Succeeds();

        Assert.Equal(bytes, guest.Get("back"));
        Assert.False(File.Exists(Path.Combine(Repository.Root, "touched")));
    }
}
