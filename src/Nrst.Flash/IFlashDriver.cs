namespace Nrst.Flash;

/// <summary>One kind of on-chip flash, driven by its registers.</summary>
internal interface IFlashDriver
{
    /// <summary>Erases one sector and returns when it is done.</summary>
    void Erase(FlashSector sector);

    /// <summary>Erases every bank at once.</summary>
    void EraseAll();

    /// <summary>Writes whole, aligned words into blank flash.</summary>
    void Program(Address at, ReadOnlySpan<byte> data);
}
