using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of a 64-bit little-endian ELF library that no longer requires GLIBCXX_3.4.32. See TorchSharp.targets for why and how.
/// Layouts: System V ABI, "Symbol Versioning" of the Linux Standard Base (Elf64_Shdr, Elf64_Sym, Elf64_Verneed, Elf64_Vernaux).
/// </summary>
public class LowerGlibcxxRequirement : Task
{
    private const string TooNew = "GLIBCXX_3.4.32";
    private const string Marker = "_ZSt21ios_base_library_initv";
    private const string Harmless = "getpid";

    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        Lower(elf);
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string aside = Destination + ".tmp";
        File.WriteAllBytes(aside, elf);
        if (File.Exists(Destination)) { File.Delete(Destination); }
        File.Move(aside, Destination);
        return true;
    }

    private static void Lower(byte[] elf)
    {
        const uint DynSym = 11, VerSym = 0x6fffffff, VerNeed = 0x6ffffffe;
        long table = (long)BitConverter.ToUInt64(elf, 40);
        int entrySize = BitConverter.ToUInt16(elf, 58), count = BitConverter.ToUInt16(elf, 60);
        long dynSym = 0, dynSymSize = 0, dynStr = 0, verSym = 0, verNeed = 0;
        for (int i = 0; i < count; i++)
        {
            int section = (int)(table + i * entrySize);
            uint type = BitConverter.ToUInt32(elf, section + 4);
            long offset = (long)BitConverter.ToUInt64(elf, section + 24);
            if (type == DynSym)
            {
                dynSym = offset;
                dynSymSize = (long)BitConverter.ToUInt64(elf, section + 32);
                int strings = (int)(table + BitConverter.ToUInt32(elf, section + 40) * entrySize);
                dynStr = (long)BitConverter.ToUInt64(elf, strings + 24);
            }
            else if (type == VerSym) { verSym = offset; }
            else if (type == VerNeed) { verNeed = offset; }
        }

        if (!LowerVersion(elf, verNeed, dynStr)) { return; }
        for (long symbol = dynSym; symbol < dynSym + dynSymSize; symbol += 24)
        {
            long name = dynStr + BitConverter.ToUInt32(elf, (int)symbol);
            if (Text(elf, name) != Marker) { continue; }
            byte[] harmless = Encoding.ASCII.GetBytes(Harmless + "\0");
            Array.Copy(harmless, 0, elf, name, harmless.Length);
            long version = verSym + (symbol - dynSym) / 24 * 2;
            elf[version] = 1;
            elf[version + 1] = 0;
            return;
        }
        throw new InvalidDataException("The symbol " + Marker + " was not found: this build of LibTorchSharp needs another look.");
    }

    /// <summary>Returns false when the library does not ask for the too new version.</summary>
    private static bool LowerVersion(byte[] elf, long verNeed, long dynStr)
    {
        long tooNew = -1, older = -1;
        int olderMinor = -1;
        for (long file = verNeed; ;)
        {
            if (Text(elf, dynStr + BitConverter.ToUInt32(elf, (int)file + 4)).StartsWith("libstdc++.so", StringComparison.Ordinal))
            {
                long entry = file + BitConverter.ToUInt32(elf, (int)file + 8);
                for (int i = BitConverter.ToUInt16(elf, (int)file + 2); i > 0; i--)
                {
                    string version = Text(elf, dynStr + BitConverter.ToUInt32(elf, (int)entry + 8));
                    int minor;
                    if (version == TooNew) { tooNew = entry; }
                    else if (version.StartsWith("GLIBCXX_3.4.", StringComparison.Ordinal)
                        && int.TryParse(version.Substring(12), out minor) && minor > olderMinor) { older = entry; olderMinor = minor; }
                    entry += BitConverter.ToUInt32(elf, (int)entry + 12);
                }
            }
            uint next = BitConverter.ToUInt32(elf, (int)file + 12);
            if (next == 0) { break; }
            file += next;
        }
        if (tooNew < 0) { return false; }
        if (older < 0) { throw new InvalidDataException("No older GLIBCXX version to fall back to."); }
        Array.Copy(elf, older, elf, tooNew, 4);         // vna_hash
        Array.Copy(elf, older + 8, elf, tooNew + 8, 4); // vna_name
        return true;
    }

    private static string Text(byte[] elf, long offset)
    {
        int end = (int)offset;
        while (elf[end] != 0) { end++; }
        return Encoding.ASCII.GetString(elf, (int)offset, end - (int)offset);
    }
}
