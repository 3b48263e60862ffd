namespace Nrst.Usb.LibUsb;

/// <summary>What libusb returns when something failed, spelled as in its documentation.</summary>
internal enum LibUsbCode
{
    SUCCESS = 0,
    ERROR_IO = -1,
    ERROR_INVALID_PARAM = -2,
    ERROR_ACCESS = -3,
    ERROR_NO_DEVICE = -4,
    ERROR_NOT_FOUND = -5,
    ERROR_BUSY = -6,
    ERROR_TIMEOUT = -7,
    ERROR_OVERFLOW = -8,
    ERROR_PIPE = -9,
    ERROR_INTERRUPTED = -10,
    ERROR_NO_MEM = -11,
    ERROR_NOT_SUPPORTED = -12,
    ERROR_OTHER = -99,
}
