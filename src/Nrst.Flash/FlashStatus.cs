namespace Nrst.Flash;

/// <summary>What an error flag of a flash controller comes down to.</summary>
internal enum FlashFault
{
    None,

    /// <summary>The place may not be changed.</summary>
    WriteProtected,

    /// <summary>Cells that share an ECC were to be programmed a second time.</summary>
    NotBlank,

    /// <summary>The controller was not asked as it wants to be: width, alignment, order.</summary>
    Sequence,

    /// <summary>The operation broke off.</summary>
    Broken,
}

/// <summary>A status register, decoded by the driver that knows it.</summary>
/// <param name="Text">Register, value and flags, for evidence: <c>FLASH_SR = 0x00000010 (WRPERR)</c>.</param>
/// <param name="Cause">What probably raised the flags; null where the kind of fault says it all.</param>
internal readonly record struct FlashStatus(bool IsBusy, FlashFault Fault, string Text, string? Cause = null);
