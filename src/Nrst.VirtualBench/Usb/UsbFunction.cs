namespace Nrst.VirtualBench.Usb;

/// <summary>
/// One thing that a device can do: its interfaces, the requests to them, and what happens on its endpoints. A device is a list of
/// these; what every device has to answer, <see cref="UsbDevice"/> answers.
/// </summary>
internal abstract class UsbFunction
{
    public abstract IReadOnlyList<UsbInterface> Interfaces { get; }

    /// <summary>Null where there is one interface only.</summary>
    public virtual UsbAssociation? Association => null;

    /// <summary>Something of this function happens by itself, so that time must pass on the bench also while no host asks.</summary>
    public virtual bool IsLive => false;

    /// <summary>Whether the device can be spoken to at all.</summary>
    public virtual UsbPresence Presence => UsbPresence.Here;

    /// <summary>A standard request that the function answers in its own way; null leaves it to the device.</summary>
    public virtual UsbAnswer? Standard(UsbSetup setup) => null;

    /// <summary>A class or vendor request to one of the interfaces. An answer longer than asked for is cut by the caller.</summary>
    public virtual UsbAnswer Control(UsbSetup setup, ReadOnlySpan<byte> data) => UsbAnswer.Stall;

    /// <summary>A whole transfer to an OUT endpoint.</summary>
    public virtual UsbHandshake Take(byte endpoint, ReadOnlySpan<byte> transfer) => UsbHandshake.Stall;

    /// <summary>The same for one that the host had ready behind another, so that the bus did not wait for the host in between.</summary>
    public virtual UsbHandshake TakeQueued(byte endpoint, ReadOnlySpan<byte> transfer) => Take(endpoint, transfer);

    /// <summary>The next packet of an IN endpoint; one shorter than the endpoint's packets ends a transfer, an empty one too.</summary>
    public virtual UsbHandshake Give(byte endpoint, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        return UsbHandshake.Nak;
    }

    /// <summary>The host stopped waiting for an IN endpoint.</summary>
    public virtual void HostGaveUp(byte endpoint)
    {
    }

    /// <summary>The host cleared a halt.</summary>
    public virtual void ClearHalt(byte endpoint)
    {
    }

    /// <summary>A configuration was chosen, or the device is gone from the bus: nothing is under way any more.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>The bench's time moved on.</summary>
    public virtual void Advance()
    {
    }
}

/// <summary>Whether a device answers.</summary>
internal enum UsbPresence
{
    Here,

    /// <summary>It is too busy to answer anything.</summary>
    Deaf,

    /// <summary>It is not on the bus any more.</summary>
    Gone,
}
