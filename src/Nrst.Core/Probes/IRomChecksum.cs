namespace Nrst;

/// <summary>A command of a loader in the ROM that spares reading: the CRC over a stretch of memory.</summary>
/// <remarks>That of the STM32's CRC unit as it is after a reset: polynomial 0x04C11DB7, all ones to begin with, whole words, highest bit first.</remarks>
public interface IRomChecksum
{
    /// <summary>Lets the loader make it.</summary>
    /// <param name="words">Whole words of one memory.</param>
    /// <returns>Null where the loader does not answer as it should; it is at rest then, and is not asked again.</returns>
    /// <exception cref="TargetException">It went silent altogether.</exception>
    uint? Of(AddressRange words);
}
