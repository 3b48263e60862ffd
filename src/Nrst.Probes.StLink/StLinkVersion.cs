using System.Globalization;
using System.Text;

namespace Nrst.Probes.StLink;

/// <summary>What firmware a probe runs. Prints as its maker writes it: <c>V2J45M31</c>.</summary>
/// <param name="Hardware">V: the generation.</param>
/// <param name="Jtag">J: the JTAG and SWD part; null where the firmware has none.</param>
/// <param name="Swim">S: the SWIM part.</param>
/// <param name="MassStorage">M: mass storage and serial port.</param>
/// <param name="Bridge">B: the bridge of a V3.</param>
/// <param name="Power">P: the power supply of a V3PWR.</param>
internal readonly record struct StLinkVersion(
    int Hardware, int? Jtag, int Swim = 0, int MassStorage = 0, int Bridge = 0, int Power = 0)
{
    /// <summary>True where the version word says nothing but the generation, and the long form must be asked for.</summary>
    public static bool NeedsLongForm(VersionWord word) => word.Version >> 12 >= 3 && (word.Version & 0x0FFF) == 0;

    public static StLinkVersion Decode(VersionWord word)
    {
        var hardware = word.Version >> 12;
        var x = word.Version >> 6 & 0x3F;
        var y = word.Version & 0x3F;
        if (!StLinkIds.HasMassStorage(word.ProductId))
        {
            return new StLinkVersion(hardware, x, Swim: y);
        }

        // The V2-1 of a board with an STM8 has the same product id and no SWD inside.
        var isStm8Board = x <= 22 && y == 7 || x >= 25 && y is >= 7 and <= 12;
        return isStm8Board
            ? new StLinkVersion(hardware, null, Swim: y, MassStorage: x)
            : new StLinkVersion(hardware, x, MassStorage: y);
    }

    public static StLinkVersion Decode(VersionList list) =>
        new(list.Hardware, list.Jtag, list.Swim, list.MassStorage, list.Bridge, list.Power);

    public override string ToString()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"V{Hardware}"));
        Part('J', Jtag ?? 0);
        Part('M', MassStorage);
        Part('B', Bridge);
        Part('S', Swim);
        Part('P', Power);
        return text.ToString();

        void Part(char letter, int number)
        {
            if (number != 0)
            {
                text.Append(letter).Append(number.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
