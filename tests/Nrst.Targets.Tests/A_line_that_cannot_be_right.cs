namespace Nrst.Targets.Tests;

/// <summary>What the lines besides the STM32F4 need said, with one mistake at a time: each is refused, and the message leads to it.</summary>
public sealed class A_line_that_cannot_be_right
{
    public static TheoryData<string, string, string, string> Mistakes => new()
    {
        // the file, what stands there, what somebody typed, the words
        { "stm32g4", "[22]\"", "[32]\"", "not an option field" },
        { "stm32g4", "[22]\"", "[21:22]\"", "not an option field" },
        { "stm32g4", "\"DBANK FLASH_OPTR", "\"DBANC FLASH_OPTR", "'DBANK' is none of the option fields" },
        { "stm32g4", "DBANK=0: 32x4K", "DBANK=2: 32x4K", "'2'" },
        { "stm32g4", "DBANK=0: 32x4K", "DBANK=0x2: 32x4K", "the field has 1 bits" },
        { "stm32g4", "DBANK=0: 32x4K", "DBANK=1: 32x4K", "no sector map holds" },
        { "stm32g4", "\"DBANK=1: 32x2K | @0x0804_0000 32x2K\", ", "", "says when it holds" },
        { "stm32g4", "@0x0804_0000 32x2K", "@0x0800_8000 32x2K", "The banks overlap" },
        { "stm32g4", "@0x0804_0000 32x2K", "@0804 32x2K", "'0804'" },
        { "stm32g4", "\"4K: 22.02/24.47ms\"", "\"8K: 22.02/24.47ms\"", "A 4 KiB sector needs one erase time" },
        { "stm32g4", "\"2K: 22.02/24.47ms\"", "\"2K: x8 22.02/24.47ms\"", "A 2 KiB sector needs one erase time" },
        { "stm32g4", "22.02/24.47ms", "22,02/24.47ms", "typical and a longest" },
        { "stm32g4", "\"burst\": \"256\"", "\"burst\": \"4\"", "several programming accesses" },
        { "stm32g4", "\"burst\": \"256\"", "\"burst\": \"4K\"", "whole programming accesses" },
        { "stm32g4", "\"eccWord\": \"8\"", "\"eccWord\": \"4\"", "ECC word" },
        { "stm32g4", "\"writeUnit\": \"8\"", "\"writeUnit\": \"12\"", "power of two" },
        { "stm32g4", "\"writeUnit\": \"8\"", "\"writeUnit\": \"8 4\"", "smallest first" },
        { "stm32g4", "\"resetHertz\": 16000000", "\"resetHertz\": 16000", "in Hz" },
        { "stm32g4", "\"0xE004_2004 0x0000_0007\"", "", "keep the debug port alive" },
        { "stm32g4", "\"0xE004_2004 0x0000_0007\"", "\"0xE004_2004\"", "a register with bits" },
        { "stm32g4", "[ \"0xE004_2000\" ]", "[]", "no place to read the identity code" },
        { "stm32g4", "[ \"0xE004_2000\" ]", "[ \"ap 0xE004_2000\" ]", "'ap'" },
        { "stm32g4", "0x4002_3000 clock", "0x4002_3000 clok", "not a CRC unit" },
        { "stm32g4", "STM32G431C6", "STM32F431C6", "filed under STM32G4" },
        { "stm32g4", "0x2000_5800 10K CCM\"", "0x2000_4800 10K CCM\"", "overlap" },
        { "stm32l0", "\"erased\": \"0x00\"", "\"erased\": \"0xF0\"", "0x00 or 0xFF" },
        { "stm32l0", "+0x14", "0x14", "'0x14' is not an offset" },
        { "stm32l0", "0x0808_0000 2K EEPROM", "0x0800_0000 2K EEPROM", "overlap" },
        { "stm32l0", "128: 3.28", "100: 3.28", "A 128 byte sector needs one erase time" },
        { "stm32l1", "0x1FF8_00CC L1 code", "0x1FF8_00CC L2 code", "'L2 code'" },
        { "stm32l1", "STM32L151C6-A", "STM32L151C6-B", "eleven or twelve" },
        { "stm32h5", "TZEN=0xB4", "TZEN=0x1B4", "the field has 8 bits" },
        { "stm32h5", "\"swap\": \"SWAP_BANK=1\"", "\"swap\": \"SWOP_BANK=1\"", "'SWOP_BANK'" },
        { "stm32h5", "ram +0x1000_0000", "ram 0x1000_0000", "not a secure view" },
        { "stm32h5", "  \"trustZone\": \"TZEN=0xB4\",\n", "", "go together" },
        { "stm32h7-4x", "ap3 Cortex-M4F", "3 Cortex-M4F", "'3'" },
        { "stm32h7-4x", ", x64 1000/2000ms", "", "needs one erase time at x64" },
        { "stm32h7-4x", "x64 100/200us", "x128 100/200us", "'x128 100/200us'" },
        { "stm32f7-4x", "\"secondBankField\": 16", "\"secondBankField\": 4", "could not tell" },
        { "stm32f4", "DMA1 reset 0x4002_3810 0x0020_0000", "DMA1 stop 0x4002_3810 0x0020_0000", "not a bus master" },
        { "stm32f4", "DMA1 reset 0x4002_3810 0x0020_0000", "reset 0x4002_3810 0x0020_0000", "not a bus master" },
        { "stm32f4", "DMA1 reset 0x4002_3810 0x0020_0000", "DMA1 reset 0x4002_3810 0x0060_0000", "one bit each" },
        { "stm32f4", "DMA1 reset 0x4002_3810 0x0020_0000", "DMA2 reset 0x4002_3810 0x0020_0000", "listed twice" },
        { "stm32f4", "swd simulated: OpenOCD 0.12", "swd proven: OpenOCD 0.12", "not evidence" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Is_refused_by_name(string file, string right, string wrong, string words)
    {
        var good = File.ReadAllText(Path.Combine(SharedFiles.Root, $"data/devices/{file}.json"));
        var at = good.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{file}.json has no '{right}'.");

        var error = Assert.Throws<InvalidDataException>(() => DeviceReader.Read($"{file}.json", string.Concat(good.AsSpan(0, at), wrong, good.AsSpan(at + right.Length))));

        Assert.StartsWith($"{file}.json, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stm32f4: 0xE004_2000: 0x413", "index.txt")]
    [InlineData("stm32f4: Cortex-M4F: 0xE004_2000", "index.txt")]
    public void Is_refused_in_the_index_too(string line, string file) =>
        Assert.StartsWith(file, Assert.Throws<InvalidDataException>(() => DeviceIndex.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void Is_refused_among_the_recognised_too() =>
        Assert.StartsWith("recognised.txt", Assert.Throws<InvalidDataException>(() => RecognisedChip.Parse("0x500: STM32MP15x")).Message, StringComparison.Ordinal);
}
