using System;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Mono.Cecil;
using Mono.Cecil.Cil;

/// <summary>
/// Writes a copy of TorchSharp.dll in which every thread holds the 64 scalars that it made last. See TorchSharp.targets for why.
/// The end of the constructor Scalar(IntPtr) becomes <c>recent ??= new Scalar[64]; recent[made++ &amp; 63] = this;</c> with two thread-static fields.
/// </summary>
public class HoldRecentScalars : Task
{
    private const int Held = 64; // a power of two; no operator takes more than a few

    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }

    public override bool Execute()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string aside = Destination + ".tmp";
        using (AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Source))
        {
            Hold(assembly.MainModule);
            assembly.Write(aside);
        }
        if (File.Exists(Destination)) { File.Delete(Destination); }
        File.Move(aside, Destination);
        return true;
    }

    private static void Hold(ModuleDefinition module)
    {
        TypeDefinition scalar = module.GetType("TorchSharp.Scalar");
        FieldDefinition recent = ThreadStatic(module, scalar, "recent", new ArrayType(scalar));
        FieldDefinition made = ThreadStatic(module, scalar, "made", module.TypeSystem.Int32);
        MethodDefinition constructor = scalar.Methods.Single(method => method.IsConstructor && !method.IsStatic);
        if (constructor.Parameters.Count != 1) { throw new InvalidOperationException("This version of TorchSharp makes scalars in another way: see build/TorchSharp.targets."); }
        ILProcessor il = constructor.Body.GetILProcessor();
        foreach (Instruction end in constructor.Body.Instructions.Where(i => i.OpCode == OpCodes.Ret).ToArray()) { il.Remove(end); }
        Instruction begin = il.Create(OpCodes.Ldsfld, recent);
        il.Emit(OpCodes.Ldsfld, recent);
        il.Emit(OpCodes.Brtrue, begin);
        il.Emit(OpCodes.Ldc_I4, Held);
        il.Emit(OpCodes.Newarr, scalar);
        il.Emit(OpCodes.Stsfld, recent);
        il.Append(begin);
        il.Emit(OpCodes.Ldsfld, made);
        il.Emit(OpCodes.Ldc_I4, Held - 1);
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Stelem_Ref);
        il.Emit(OpCodes.Ldsfld, made);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stsfld, made);
        il.Emit(OpCodes.Ret);
    }

    private static FieldDefinition ThreadStatic(ModuleDefinition module, TypeDefinition owner, string name, TypeReference type)
    {
        FieldDefinition field = new FieldDefinition(name, FieldAttributes.Private | FieldAttributes.Static, type);
        TypeReference attribute = new TypeReference("System", "ThreadStaticAttribute", module, module.TypeSystem.CoreLibrary);
        field.CustomAttributes.Add(new CustomAttribute(new MethodReference(".ctor", module.TypeSystem.Void, attribute) { HasThis = true }));
        owner.Fields.Add(field);
        return field;
    }
}
