using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>What a core must have for an encoding to mean something on it.</summary>
internal enum Needs
{
    Nothing,
    Thumb2,
    Dsp,
    Armv8,
    Fpv4,
    Fpv5,
    Double,
    WhatNobodyHas,
}

/// <summary>
/// One instruction encoding as the architecture manual draws it, from the highest bit down: 0 and 1 are fixed, a letter is a field
/// (its bits need not be adjacent), blanks are for the eye. Some letters have meaning to the test: <c>n</c> is the base register of a
/// memory access, <c>m</c> its index.
/// </summary>
internal sealed record Encoding(string Name, string Bits, Func<Fields, bool>? Allowed = null)
{
    /// <summary>Needs the base register to point into RAM.</summary>
    public bool Memory { get; init; }

    /// <summary>The access must be word-aligned.</summary>
    public bool Aligned { get; init; }

    /// <summary>UNPREDICTABLE inside an IT block.</summary>
    public bool NotInIt { get; init; }

    /// <summary>Inside an IT block it must be the last.</summary>
    public bool Branches { get; init; }

    public Needs Needs { get; init; } = Bits.Count(letter => letter != ' ') == 32 ? Needs.Thumb2 : Needs.Nothing;

    /// <summary>Where it does not exist it is UNPREDICTABLE and not UNDEFINED.</summary>
    public bool ElseUnpredictable { get; init; }

    /// <summary>qemu 7.2 executes it also on cores that the manuals do not give it to; ours must refuse it there all the same.</summary>
    public bool QemuIsLax { get; init; }

    public bool ExistsOn(CoreTraits core) => Needs switch
    {
        Needs.Nothing => true,
        Needs.Thumb2 => core.HasThumb2,
        Needs.Dsp => core.HasDsp,
        Needs.Armv8 => core.HasV8,
        Needs.Fpv4 => core.HasFloat,
        Needs.Fpv5 => core.HasFpv5,
        Needs.Double => core.Float == FloatUnit.Double,
        _ => false,
    };

    public bool Wide { get; } = Bits.Count(letter => letter != ' ') == 32;

    /// <summary>An instruction with random fields, within what the manual allows.</summary>
    public Fields Draw(Random random)
    {
        while (true)
        {
            var fields = Fields.Draw(Bits, random);
            if (Allowed?.Invoke(fields) ?? true)
            {
                return fields;
            }
        }
    }
}

/// <summary>A drawn instruction word and its fields by letter.</summary>
internal sealed class Fields
{
    private readonly Dictionary<char, uint> _values = [];

    public uint Word { get; private set; }

    public uint this[char letter] => _values.GetValueOrDefault(letter);

    public bool Has(char letter) => _values.ContainsKey(letter);

    /// <summary>None of these registers is SP or PC.</summary>
    public bool Low(string letters) => letters.All(letter => this[letter] is not (13 or 15));

    public static Fields Draw(string bits, Random random)
    {
        var fields = new Fields();
        foreach (var letter in bits)
        {
            if (letter == ' ')
            {
                continue;
            }

            var bit = letter is '0' or '1' ? (uint)(letter - '0') : (uint)random.Next(2);
            fields.Word = fields.Word << 1 | bit;
            if (letter is not ('0' or '1'))
            {
                fields._values[letter] = fields[letter] << 1 | bit;
            }
        }

        return fields;
    }
}
