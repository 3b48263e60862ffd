namespace Nrst.VirtualBench.Chips.Flash;

// What somebody did to a chip before it came here, and what its option bytes make of its pins, ports and cores.
internal abstract partial class FlashModel
{
    /// <summary>What NRST is, under the option bytes in force.</summary>
    public virtual ResetPinMode ResetPin => ResetPinMode.Bidirectional;

    /// <summary>A debugger reaches the port of the debug components, and no other.</summary>
    public virtual bool OnlyDebugPortIsOpen => false;

    /// <summary>All of flash and RAM belongs to a secure world that a debugger is kept out of.</summary>
    public virtual bool IsSecureOnly => false;

    /// <summary>The first of two cores runs after a reset.</summary>
    public virtual bool FirstCoreBoots => true;

    /// <summary>Bytes that share an error code; 0 where there is none.</summary>
    public virtual int EccWidth => 0;

    /// <summary>How a program writes into this flash; null where there is no simple way.</summary>
    public virtual SelfProgramming? SelfProgramming => null;

    /// <summary>Programs the option cells as somebody has done before; false where this silicon has no such thing.</summary>
    /// <remarks>To be done before power-on.</remarks>
    public virtual bool Provision(OptionWish wish, uint argument = 0) => false;

    /// <summary>Raises what this controller raises when a program goes wrong, and what a session that ended in the middle leaves.</summary>
    /// <returns>False where there is no such flag.</returns>
    public virtual bool RaiseProgramError() => false;

    /// <summary>The level fell, and its end was not waited for with the power off: everything is still refused.</summary>
    public bool IsHalfOpened { get; private set; }

    /// <summary>Leaves the chip with a regression that wants a power cycle; false where this silicon never does.</summary>
    public virtual bool LeaveHalfOpened() => false;

    /// <summary>The flash was blank when it was last looked at; false where nobody looks.</summary>
    public virtual bool LeaveEmptyFlag() => false;

    /// <summary>The bit of ACR that keeps operations from being carried out; 0 where there is none.</summary>
    public virtual uint SuspendBit => 0;

    /// <summary>The bits of a register that shut the securable area off; null where there is none.</summary>
    public virtual (uint Register, uint Bits)? SecurableShut => null;

    /// <summary>An erase of this unit was torn off half-way.</summary>
    public void LeaveHalfErased(FlashUnit unit)
    {
        Cells.LeaveHalfErased(unit.Offset, unit.Range.Length);
        UpdateQuiet();
    }

    /// <summary>The error code of the word at an address is wrong.</summary>
    public bool Damage(uint address)
    {
        if (EccWidth == 0 || Locate(address) is not { } place)
        {
            return false;
        }

        Cells.Break(place.Offset, EccWidth);
        UpdateQuiet();
        return true;
    }

    /// <summary>Draws the map of the factory option bytes, for whoever changes the chip before its first power-on.</summary>
    public void Prepare() => Map = FlashMap.Of(Part, at => OptionInForce(at.Value - Device.Flash.Controller.Value));

    protected bool HalfOpen()
    {
        IsHalfOpened = true;
        return true;
    }
}
