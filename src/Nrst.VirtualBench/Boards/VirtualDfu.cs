using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Boards;

/// <summary>The chip's own USB connector, opened by a host of this process: the DFU device of the bootloader, on the board's clock.</summary>
internal sealed class VirtualDfu(VirtualBoard board, UsbDevice device, UsbSeat? seat) : IControlPipe
{
    private const int SetupBytes = 8;
    private const byte SetConfiguration = 9, SetInterface = 11, ToInterface = 0x01;

    private static Remedy EnterAgain => new("Set its BOOT0 pin and power it anew.", "nrst bench set NAME boot0=1");

    private byte _alternate;

    public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
    {
        var setup = new UsbSetup(requestType, request, value, index, (ushort)data.Length);
        var clock = board.VirtualClock;
        var deadline = clock.Nanoseconds + (limit.Ticks * 100);
        if (!ReferenceEquals(board.DfuOnTheBus, device))
        {
            throw Gone(); // the operating system knows that without a transfer
        }

        clock.Advance(seat?.Delay(clock.Nanoseconds, SetupBytes + data.Length) ?? 0, TimeKind.Usb);
        clock.Advance(device.Identity.ControlTime?.Invoke(data.Length) ?? 0, TimeKind.Usb);
        while (true)
        {
            var answer = device.Control(setup, setup.ToHost ? [] : data);
            if (answer.IsGone)
            {
                throw Gone();
            }

            if (answer.Stalled)
            {
                throw new ProbeException("NRST1191", $"The virtual DFU device refused request {request}.")
                {
                    LikelyCause = "It does not know the request, or not in the state it is in.",
                    Failure = TransferFailure.Stalled,
                    Remedies = [EnterAgain],
                };
            }

            if (!answer.IsLater)
            {
                answer.Data.CopyTo(data);
                return setup.ToHost ? answer.Data.Length : data.Length;
            }

            if (clock.Nanoseconds >= deadline)
            {
                throw new ProbeException("NRST1192", $"The virtual DFU device did not answer request {request} in time.")
                {
                    LikelyCause = "Its bootloader has crashed, or a debugger has halted the chip.",
                    TimedOut = true,
                    Remedies = [EnterAgain],
                };
            }

            var next = Math.Clamp(board.NextLoaderEvent, clock.Nanoseconds + 1, deadline);
            clock.Advance(next - clock.Nanoseconds, TimeKind.Usb);
        }
    }

    /// <summary>To take an interface is the operating system's business and no transfer; it comes with setting 0.</summary>
    public void Claim(byte @interface, byte alternate = 0)
    {
        if (_alternate != alternate)
        {
            Control(ToInterface, SetInterface, alternate, @interface, [], TimeSpan.FromSeconds(1));
            _alternate = alternate;
        }
    }

    public void Reset()
    {
        device.Reset();
        Configure();
    }

    private static ProbeException Gone() => new("NRST1190", "The virtual DFU device is no longer on the bus.")
    {
        LikelyCause = "The chip has left its bootloader, or was reset.",
        Remedies = [EnterAgain],
        Failure = TransferFailure.Gone,
    };

    /// <summary>What the operating system does when a device comes onto the bus.</summary>
    public VirtualDfu Configure()
    {
        if (device.Configuration == 0)
        {
            Control(0, SetConfiguration, 1, 0, [], TimeSpan.FromSeconds(1));
        }

        return this;
    }

    public void Dispose()
    {
        // The device stays on the bus as it is, for whoever opens it next.
    }
}

/// <summary>The DFU device that a board shows on the chip's own USB connector.</summary>
/// <param name="Serial">As its descriptor has it.</param>
/// <param name="Release">bcdDevice.</param>
public sealed record VirtualDfuDevice(ushort VendorId, ushort ProductId, string Product, string Serial, ushort Release);
