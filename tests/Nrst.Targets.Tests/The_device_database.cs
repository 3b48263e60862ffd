namespace Nrst.Targets.Tests;

public sealed class The_device_database
{
    private static readonly (Device Device, Part Part)[] Parts =
        [.. DeviceDatabase.All.SelectMany(device => device.Parts, (device, part) => (device, part))];

    [Fact]
    public void Every_layout_covers_exactly_the_flash_of_its_part()
    {
        foreach (var (device, part) in Parts)
        {
            foreach (var layout in part.Layouts)
            {
                Assert.Equal(device.Flash.Start, layout.Range.Start);
                Assert.Equal(part.FlashKiB * 1024L, layout.Length);
                foreach (var bank in layout.Banks)
                {
                    var next = bank.Layout.Range.Start;
                    foreach (var sector in bank.Layout.Sectors)
                    {
                        Assert.Equal(next, sector.Range.Start);
                        Assert.True(sector.Range.Start.IsAligned((uint)device.Flash.WriteUnit));
                        next = new Address((uint)(sector.Range.Last.Value + 1L));
                    }

                    Assert.True(layout.Range.Contains(bank.Layout.Range));
                }
            }
        }
    }

    [Fact]
    public void The_last_letter_of_a_part_number_gives_its_flash_size()
    {
        var sizes = new Dictionary<char, int>
        {
            ['3'] = 8, ['4'] = 16, ['6'] = 32, ['8'] = 64, ['B'] = 128, ['Z'] = 192, ['C'] = 256, ['D'] = 384, ['E'] = 512, ['Y'] = 640,
            ['F'] = 768, ['G'] = 1024, ['H'] = 1536, ['I'] = 2048, ['J'] = 4096,
        };
        string[] exceptions = ["STM32WB10CC", "STM32WB15CC"]; // 320 KiB

        foreach (var (_, part) in Parts)
        {
            var plain = part.Name.Split('-')[0];
            Assert.True(sizes[plain[^1]] == part.FlashKiB != exceptions.Contains(plain), $"{part.Name}: {part.FlashKiB} KiB");
        }
    }

    [Fact]
    public void The_sectors_of_a_bank_follow_the_manual()
    {
        // Four sectors of 16 Kbytes, one of 64, and 128 from there on: true for every bank of this controller.
        foreach (var bank in Parts.Where(row => row.Device.Flash.Driver == "stm32f4").SelectMany(row => row.Part.Layouts).SelectMany(layout => layout.Banks))
        {
            var expected = Enumerable.Range(0, bank.Layout.Sectors.Count).Select(i => i < 4 ? 16u : i == 4 ? 64u : 128u);
            Assert.Equal(expected, bank.Layout.Sectors.Select(sector => sector.Range.Length / 1024));
        }
    }

    [Theory]
    [InlineData("STM32F407VG", null, "0..11")]
    [InlineData("STM32F413ZH", null, "0..15")]
    [InlineData("STM32F410T8", null, "0..3")]
    [InlineData("STM32F429ZI", null, "0..11", "12..23")]
    [InlineData("STM32F479AI", null, "0..11", "12..23")]
    [InlineData("STM32F429ZG", "DB1M=0", "0..11")]
    [InlineData("STM32F429ZG", "DB1M=1", "0..7", "12..19")]
    [InlineData("STM32F469NG", "DB1M=1", "0..7", "12..19")]
    [InlineData("STM32F429ZE", null, "0..7")]
    public void The_banks_of_a_part_are_numbered_as_the_manual_does(string name, string? when, params string[] numbers)
    {
        var part = DeviceDatabase.FindPart(name)!.Value.Part;
        var layout = Assert.Single(part.Layouts, layout => layout.Condition == when);

        Assert.Equal(numbers, layout.Banks.Select(bank => $"{bank.Layout.Sectors[0].Number}..{bank.Layout.Sectors[^1].Number}"));
        Assert.Equal(Enumerable.Range(1, numbers.Length), layout.Banks.Select(bank => bank.Number));
        foreach (var bank in layout.Banks)
        {
            Assert.Equal(Enumerable.Range(bank.Layout.Sectors[0].Number, bank.Layout.Sectors.Count), bank.Layout.Sectors.Select(sector => sector.Number));
        }
    }

    [Fact]
    public void With_factory_option_bytes_a_chip_of_1_MB_has_one_bank()
    {
        var part = DeviceDatabase.FindPart("STM32F429ZG")!.Value.Part;

        Assert.Equal(["DB1M=0", "DB1M=1"], part.Layouts.Select(layout => layout.Condition));
        Assert.Equal(new Address(0x0808_0000), part.Layouts[1].Banks[1].Layout.Sectors[0].Range.Start);
    }

    [Theory]
    [InlineData("STM32F407VG", "STM32F407VG")]
    [InlineData("stm32f407vgt6", "STM32F407VG")]
    [InlineData("STM32F407VGTx", "STM32F407VG")]
    [InlineData(" STM32F429ZIT6U ", "STM32F429ZI")]
    [InlineData("STM32F410T", null)]
    [InlineData("STM32F405O", null)]
    [InlineData("STM32F405R", "STM32F405RG")]
    [InlineData("STM32F407", null)]
    [InlineData("STM32F999VG", null)]
    [InlineData("../STM32F407VG", null)]
    [InlineData("", null)]
    public void A_part_is_found_as_far_as_its_name_is_certain(string asked, string? found) =>
        Assert.Equal(found, DeviceDatabase.FindPart(asked)?.Part.Name);

    [Fact]
    public void A_part_is_found_with_the_device_it_belongs_to()
    {
        Assert.Equal((ushort)0x413, DeviceDatabase.FindPart("STM32F407VG")!.Value.Device.DeviceId);
        Assert.Equal((ushort)0x423, DeviceDatabase.FindPart("STM32F401RC")!.Value.Device.DeviceId);
        Assert.Equal((ushort)0x433, DeviceDatabase.FindPart("STM32F401RE")!.Value.Device.DeviceId);
    }

    [Fact]
    public void A_device_is_found_by_its_id_or_not_at_all()
    {
        Assert.Equal("STM32F446", DeviceDatabase.FindById(0x421)?.Name);
        Assert.Equal("STM32WB30/35/50/55", DeviceDatabase.FindById(0x496)?.Name);
        Assert.Null(DeviceDatabase.FindById(0x500));
    }

    [Fact]
    public void No_code_runs_from_the_CCM()
    {
        var ram = DeviceDatabase.FindPart("STM32F407VG")!.Value.Part.Ram;

        Assert.Equal(["SRAM1", "SRAM2"], ram.Where(region => region.Executes).Select(region => region.Name));
        Assert.False(Assert.Single(ram, region => region.Name == "CCM").Executes);
    }

    [Fact]
    public void Erasing_is_never_slower_at_a_wider_access()
    {
        foreach (var times in DeviceDatabase.All.Select(device => device.Flash.Times))
        {
            foreach (var unit in times.Erase.Concat(times.BankErase).GroupBy(time => time.UnitBytes))
            {
                var wider = unit.OrderBy(time => time.Bits).ToArray();
                Assert.Equal(wider.OrderByDescending(time => time.Typical), wider);
                Assert.Equal(wider.OrderByDescending(time => time.Max), wider);
            }
        }
    }

    [Fact]
    public void The_times_of_an_STM32F4_are_those_of_its_data_sheet()
    {
        var times = DeviceDatabase.FindById(0x413)!.Flash.Times;

        Assert.Equal(TimeSpan.FromMicroseconds(16), times.ProgramTypical);
        Assert.Equal(TimeSpan.FromMicroseconds(100), times.ProgramMax);
        Assert.Contains(new EraseTime(32, 16 * 1024, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500)), times.Erase);
        Assert.Contains(new EraseTime(8, 128 * 1024, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), times.Erase);
        Assert.Contains(new EraseTime(16, 1024 * 1024, TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(22)), times.BankErase);
    }

    [Fact]
    public void An_address_outside_flash_and_RAM_can_be_named()
    {
        var memories = DeviceDatabase.FindById(0x413)!.OtherMemories;

        Assert.Equal("OTP", Name(0x1FFF_7800));
        Assert.Equal("OTP", Name(0x1FFF_7A0F));
        Assert.Null(Name(0x1FFF_7A10));
        Assert.Equal("system memory", Name(0x1FFF_77FF));
        Assert.Equal("option bytes", Name(0x1FFF_C000));
        Assert.Equal("backup SRAM", Name(0x4002_4000));
        Assert.Equal("peripherals", Name(0x4002_3C00));
        Assert.Equal("boot alias", Name(0));

        string? Name(uint address) => memories.SingleOrDefault(memory => memory.Range.Contains(new Address(address)))?.Name;
    }
}
