using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>A chip that st-flash 1.7 is tried on.</summary>
/// <param name="Fault">What it says where it is itself at fault; null where it agrees. <c>docs/judges.md</c> tells the stories.</param>
/// <param name="ErasesOneBank">"st-flash erase" leaves the second bank as it was.</param>
internal sealed record StFlashChip(string Part, string? Fault = null, bool ErasesOneBank = false)
{
    public static IReadOnlyList<StFlashChip> All { get; } =
    [
        new("STM32F030F4"), new("STM32F042K6"), new("STM32F051R8"), new("STM32F072RB"), new("STM32F091RC"),
        new("STM32F100RB"), new("STM32F103C6"), new("STM32F103C8"), new("STM32F103VE"), new("STM32F103ZG"), new("STM32F107VC"),
        new("STM32F207ZG"),
        new("STM32F302R8"), new("STM32F303RE"), new("STM32F303VC"), new("STM32F334C4"), new("STM32F373CC"),
        new("STM32F401CC"), new("STM32F401RE"), new("STM32F407VG"), new("STM32F410RB"), new("STM32F411RE"), new("STM32F412ZG"), new("STM32F413ZH"),
        new("STM32F429ZI", ErasesOneBank: true), new("STM32F446RE"), new("STM32F469NI", ErasesOneBank: true),
        new("STM32F722ZE"), new("STM32F746ZG"), new("STM32F767ZI"),
        new("STM32G030F6"), new("STM32G071RB"),
        new("STM32G431KB"), new("STM32G474RE"),
        new("STM32H723ZG"), new("STM32H743ZI", ErasesOneBank: true), new("STM32H750VB"),
        new("STM32L011K4"), new("STM32L031K6"), new("STM32L053R8"), new("STM32L073RZ"),
        new("STM32L151C6"), new("STM32L151CB"), new("STM32L152RB"), new("STM32L152RC"),
        new("STM32L432KC"), new("STM32L452RE"), new("STM32L476RG"), new("STM32L496ZG"), new("STM32L4R5ZI"),
        new("STM32WB55RG"),
        new("STM32H7B3ZI", "Verification of flash failed at offset: 6144"),
        new("STM32L152RE", "Flash programming error: 0x00013e00"),
        new("STM32L412KB", "Flash programming error: 0x00000080"),
        new("STM32G050K8", "unknown chip id! 0x456"), new("STM32G0B1RE", "unknown chip id! 0x467"), new("STM32G491RE", "unknown chip id! 0x479"),
        new("STM32L4P5ZG", "unknown chip id! 0x471"), new("STM32L552ZE", "unknown chip id! 0x472"), new("STM32U575ZI", "unknown chip id! 0x482"),
        new("STM32C031C6", "unknown chip id! 0x453"), new("STM32WB15CC", "unknown chip id! 0x494"), new("STM32WLE5JC", "unknown chip id! 0x497"),
        new("STM32H563ZI", "Can not connect to target."),
    ];

    public Device Device => DeviceDatabase.FindPart(Part)!.Value.Device;
}
