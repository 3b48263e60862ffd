using System.Buffers.Binary;

namespace Nrst.VirtualBench.Faults;

/// <summary>A small program for any Cortex-M, put together instruction by instruction: ARMv6-M only.</summary>
/// <param name="at">Where its vector table lies.</param>
/// <param name="stack">The initial stack pointer.</param>
internal sealed class ThumbProgram(uint at, uint stack)
{
    private const int Vectors = 16, CodeAt = 4 * Vectors;

    private readonly List<ushort> code = [];
    private readonly List<(int Instruction, uint Value)> literals = [];

    /// <summary>A place to branch to.</summary>
    public int Here => code.Count;

    /// <summary>LDR Rt, =value.</summary>
    public ThumbProgram Load(int register, uint value)
    {
        literals.Add((code.Count, value));
        return Emit(0x4800 | register << 8);
    }

    /// <summary>Stores a word.</summary>
    public ThumbProgram Set(uint address, uint value) => Load(0, address).Load(1, value).Emit(0x6001); // STR r1, [r0]

    /// <summary>Reads, sets and clears bits, and writes back.</summary>
    public ThumbProgram Change(uint address, uint set, uint clear = 0)
    {
        Load(0, address).Emit(0x6802); // LDR r2, [r0]
        if (clear != 0)
        {
            Load(1, clear).Emit(0x438A); // BICS r2, r1
        }

        return Load(1, set).Emit(0x430A).Emit(0x6002); // ORRS r2, r1; STR r2, [r0]
    }

    /// <summary>Counts down, at about three cycles a turn.</summary>
    public ThumbProgram Delay(uint turns) => Load(3, turns).Emit(0x3B01).Emit(0xD1FD); // SUBS r3, #1; BNE back

    public ThumbProgram WaitForEvent() => Emit(0xBF20);

    public ThumbProgram Emit(int instruction)
    {
        code.Add((ushort)instruction);
        return this;
    }

    /// <summary>B to a place before this one.</summary>
    public ThumbProgram Branch(int to) => Emit(0xE000 | (to - code.Count - 2) & 0x7FF);

    /// <summary>A conditional branch to a place before this one.</summary>
    public ThumbProgram BranchIf(int condition, int to) => Emit(0xD000 | condition << 8 | (to - code.Count - 2) & 0xFF);

    /// <summary>Ends in a loop and gives the bytes, vector table first. Every fault ends in a loop of its own.</summary>
    public byte[] Image()
    {
        var stop = code.Count;
        Emit(0xE7FE); // B .
        if (code.Count % 2 != 0)
        {
            Emit(0xBF00);
        }

        var image = new byte[CodeAt + (2 * code.Count) + (4 * literals.Count)];
        for (var i = 0; i < literals.Count; i++)
        {
            var place = CodeAt + (2 * code.Count) + (4 * i);
            var pc = (CodeAt + (2 * literals[i].Instruction) + 4) & ~3;
            code[literals[i].Instruction] |= (ushort)((place - pc) / 4);
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(place), literals[i].Value);
        }

        for (var i = 0; i < Vectors; i++)
        {
            var vector = i == 0 ? stack : at + CodeAt + 1 + (i == 1 ? 0 : 2 * (uint)stop);
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(4 * i), vector);
        }

        for (var i = 0; i < code.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(CodeAt + (2 * i)), code[i]);
        }

        return image;
    }
}
