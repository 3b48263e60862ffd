namespace Nrst;

/// <summary>A byte address in the target's memory map. Prints as <c>0x0800_4000</c>.</summary>
public readonly record struct Address(uint Value) : IComparable<Address>
{
    public static Address operator +(Address start, uint bytes) => new(checked(start.Value + bytes));
    public static uint operator -(Address end, Address start) => checked(end.Value - start.Value);
    public static bool operator <=(Address a, Address b) => a.Value <= b.Value;
    public static bool operator >=(Address a, Address b) => a.Value >= b.Value;
    public static bool operator <(Address a, Address b) => a.Value < b.Value;
    public static bool operator >(Address a, Address b) => a.Value > b.Value;

    public bool IsAligned(uint unit) => Value % unit == 0;

    public int CompareTo(Address other) => Value.CompareTo(other.Value);

    public override string ToString() => $"0x{Value >> 16:X4}_{(ushort)Value:X4}";
}

/// <summary>A piece of target memory: at least one byte, and never past the top of the map.</summary>
public readonly record struct AddressRange
{
    public AddressRange(Address start, uint length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start.Value + (ulong)length, 1UL << 32, nameof(length));
        (Start, Length) = (start, length);
    }

    public Address Start { get; }
    public uint Length { get; }
    public Address Last => Start + checked(Length - 1); // default(AddressRange) throws here, not later

    public bool Contains(Address address) => Start <= address && address <= Last;
    public bool Contains(AddressRange other) => Start <= other.Start && other.Last <= Last;
    public bool Overlaps(AddressRange other) => Start <= other.Last && other.Start <= Last;

    public override string ToString() => $"{Start}..{Last}";
}

/// <summary>One erase unit of a flash: its number as the manual counts, and where it lies.</summary>
public readonly record struct FlashSector(int Number, AddressRange Range);
