using Nrst.Usb;
using Nrst.Usb.LibUsb;

namespace Nrst.Specs.RomLoaders;

/// <summary>What happens to one control transfer on its way to a DFU device.</summary>
internal enum UsbFault
{
    /// <summary>The device refuses what it never saw.</summary>
    Stall,

    /// <summary>The device did it, and the host hears a refusal.</summary>
    StallAfterwards,

    /// <summary>The transfer never ends, and the device knows nothing of it.</summary>
    Silence,

    /// <summary>The device did it, and the host never hears of it.</summary>
    SilenceAfterwards,

    /// <summary>Nothing comes through any more, until the program ends.</summary>
    Dead,

    /// <summary>Refusals and nothing else, until the program ends.</summary>
    StallsForEver,

    /// <summary>One bit of an answer is wrong.</summary>
    FlippedAnswer,

    /// <summary>One bit of what is sent is wrong.</summary>
    FlippedData,

    /// <summary>An answer ends too soon.</summary>
    Short,

    /// <summary>An answer is longer than what was asked for.</summary>
    Overflow,

    /// <summary>A status is made up.</summary>
    WrongStatus,

    /// <summary>Every status from here on is made up.</summary>
    WrongStatusForEver,

    /// <summary>The cable is pulled, and the board has no other supply.</summary>
    Unplugged,
}

/// <summary>The pipe to a DFU device, with one fault in it. The errors are those of libusb.</summary>
/// <param name="at">The first transfer that it can happen to, counted from 0.</param>
internal sealed class BadUsbWire(IControlPipe pipe, IClock clock, UsbFault fault, int at, Random random, Action unplug) : IControlPipe
{
    private const byte GetStatus = 3, Download = 1;
    private static readonly UsbDeviceInfo Device = new(0x0483, 0xDF11, "357236543131", "1-2");

    public int Transfers { get; private set; }

    public bool Happened { get; private set; }

    /// <summary>When it happened.</summary>
    public TimeSpan When { get; private set; }

    public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
    {
        var toHost = (requestType & 0x80) != 0;
        var hit = Transfers++ >= at && Fits(requestType, request, toHost, data.Length) && (!Happened || Lasts);
        if (!hit)
        {
            return pipe.Control(requestType, request, value, index, data, limit);
        }

        When = Happened ? When : clock.Now;
        if (fault is UsbFault.Unplugged && !Happened)
        {
            unplug();
        }

        Happened = true;
        switch (fault)
        {
            case UsbFault.StallAfterwards or UsbFault.SilenceAfterwards:
                pipe.Control(requestType, request, value, index, toHost ? new byte[data.Length] : data, limit);
                throw fault is UsbFault.StallAfterwards ? Failed(LibUsbCode.ERROR_PIPE) : Silent(limit);
            case UsbFault.Stall or UsbFault.StallsForEver:
                throw Failed(LibUsbCode.ERROR_PIPE);
            case UsbFault.Silence or UsbFault.Dead:
                throw Silent(limit);
            case UsbFault.Unplugged:
                throw Failed(LibUsbCode.ERROR_NO_DEVICE);
            case UsbFault.Overflow:
                throw Failed(LibUsbCode.ERROR_OVERFLOW);
            case UsbFault.FlippedData:
                byte[] wrong = [.. data];
                wrong[random.Next(wrong.Length)] ^= (byte)(1 << random.Next(8));
                return pipe.Control(requestType, request, value, index, wrong, limit);
        }

        var received = pipe.Control(requestType, request, value, index, data, limit);
        if (fault is UsbFault.FlippedAnswer && received > 0)
        {
            data[random.Next(received)] ^= (byte)(1 << random.Next(8));
        }
        else if (fault is UsbFault.WrongStatus or UsbFault.WrongStatusForEver)
        {
            byte[] made = [(byte)random.Next(16), (byte)random.Next(256), (byte)random.Next(4), (byte)(random.Next(8) / 7), (byte)random.Next(12), 0];
            made.CopyTo(data);
        }

        return fault is UsbFault.Short ? random.Next(received) : received;
    }

    public void Claim(byte @interface, byte alternate = 0)
    {
        if (Happened && fault is UsbFault.Unplugged or UsbFault.Dead)
        {
            throw Failed(LibUsbCode.ERROR_NO_DEVICE);
        }

        pipe.Claim(@interface, alternate);
    }

    public void Reset() => pipe.Reset();

    public void Dispose() => pipe.Dispose();

    private bool Lasts => fault is UsbFault.Dead or UsbFault.Unplugged or UsbFault.StallsForEver or UsbFault.WrongStatusForEver;

    private bool Fits(byte requestType, byte request, bool toHost, int length) => fault switch
    {
        UsbFault.FlippedAnswer or UsbFault.Short or UsbFault.Overflow => toHost && length > 0,
        UsbFault.FlippedData => requestType == 0x21 && request == Download && length > 5, // commands are short
        UsbFault.WrongStatus or UsbFault.WrongStatusForEver => requestType == 0xA1 && request == GetStatus,
        _ => true,
    };

    private ProbeException Silent(TimeSpan limit)
    {
        clock.Wait(limit);
        return Failed(LibUsbCode.ERROR_TIMEOUT);
    }

    private static ProbeException Failed(LibUsbCode code) => UsbErrors.Failed(code, "in a control transfer", Device, lostSync: false);
}
