using System.Diagnostics.CodeAnalysis;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>A chip of which only the flash can be read, with cells of the test's choice.</summary>
internal sealed record CellsTarget : ChipTarget
{
    private const uint Start = 0x0800_0000;

    [SetsRequiredMembers]
    public CellsTarget(string part)
    {
        (Device, Part) = DeviceDatabase.FindPart(part)!.Value;
        Layout = Part.Layouts[0];
        Time = new TestTime();
        Clock = Time;
        Cells = Examples.Bytes((int)Layout.Range.Length, seed: 5);
    }

    public byte[] Cells { get; }

    public TestTime Time { get; }

    /// <summary>What the bus refuses.</summary>
    public List<AddressRange> Refused { get; } = [];

    /// <summary>Done to what was read, before the caller sees it: the number of the read, its place, its bytes.</summary>
    public Noise? Spoil { get; set; }

    public int Reads { get; private set; }

    public long BytesRead { get; private set; }

    public bool Unchecked { get; init; }

    internal override bool ReadsUnchecked => Unchecked;

    public bool Running { get; init; }

    internal override bool ProgramRuns => Running;

    internal override void Read(Address from, Span<byte> into)
    {
        Reads++;
        BytesRead += into.Length;
        var range = new AddressRange(from, (uint)into.Length);
        if (Refused.Any(range.Overlaps))
        {
            throw new TargetMemoryException("NRST3005", from, "The bus refused.");
        }

        Cells.AsSpan((int)(from.Value - Start), into.Length).CopyTo(into);
        Spoil?.Invoke(Reads, from, into);
    }

    internal override IFlashRoute OpenRoute() => throw new NotSupportedException();

    internal delegate void Noise(int read, Address at, Span<byte> bytes);

    internal sealed class TestTime : IClock
    {
        public TimeSpan Now { get; private set; }

        public void Wait(TimeSpan time) => Now += time;
    }
}
