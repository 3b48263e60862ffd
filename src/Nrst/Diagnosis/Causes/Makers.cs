namespace Nrst.Diagnosis.Causes;

/// <summary>JEP106 codes that stand in ROM tables: identity in 6:0, continuation count in 10:7.</summary>
internal static class Makers
{
    public const int St = 0x020;
    public const int Arm = 0x23B;

    public static string NameOf(int designer) => designer switch
    {
        Arm => "Arm, as chips do whose maker left its own out",
        0x144 => "Nordic Semiconductor",
        0x00E => "Freescale (NXP)",
        0x015 => "NXP (Philips)",
        0x01F => "Atmel (Microchip)",
        0x017 => "Texas Instruments",
        0x751 => "GigaDevice",
        _ => $"a maker with the JEP106 code 0x{designer:X3}",
    };
}
