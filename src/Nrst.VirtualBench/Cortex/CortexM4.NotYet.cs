namespace Nrst.VirtualBench.Cortex;
internal sealed partial class CortexM4
{
    private const uint FPSCR_Writable = 0xF7C0_009F;
    private readonly uint[] _s = new uint[32];
    private uint _fpscr;
    private void LoadStoreMultiple32(uint hw1, uint hw2) => throw Undefined();
    private void LoadStoreDualOrExclusive(uint hw1, uint hw2) => throw Undefined();
    private void DataProcessingShiftedRegister(uint hw1, uint hw2) => throw Undefined();
    private void DataProcessingModifiedImmediate(uint hw1, uint hw2) => throw Undefined();
    private void DataProcessingPlainImmediate(uint hw1, uint hw2) => throw Undefined();
    private void LoadStoreSingle(uint hw1, uint hw2) => throw Undefined();
    private void DataProcessingRegister(uint hw1, uint hw2) => throw Undefined();
    private void Multiply(uint hw1, uint hw2) => throw Undefined();
    private void LongMultiply(uint hw1, uint hw2) => throw Undefined();
    private void Coprocessor(uint hw1, uint hw2) => throw Undefined();
}
