namespace Nrst.Flash.Stm32F4;

/// <summary>FLASH_CR.PSIZE: how many bits one programming access takes, and how hard an erase may pull on the supply.</summary>
internal enum Parallelism : uint
{
    X8 = 0,
    X16 = 1,
    X32 = 2,
}

internal static class ParallelismRules
{
    extension(Parallelism parallelism)
    {
        public int Bits => 8 << (int)parallelism;
        public int Bytes => 1 << (int)parallelism;

        /// <summary>RM0090, "Program/erase parallelism": x32 from 2.7 V, x16 from 2.1 V. An unknown supply is taken for a low one.</summary>
        public static Parallelism At(double? volts) => volts switch
        {
            >= 2.7 => Parallelism.X32,
            >= 2.1 => Parallelism.X16,
            _ => Parallelism.X8,
        };
    }
}
